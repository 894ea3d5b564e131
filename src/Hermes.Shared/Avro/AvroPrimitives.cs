using System.Text.Json;

namespace Hermes.Shared.Avro;

internal sealed class AvroNull : AvroSchema
{
    public override string Name => "null";

    internal override void Skip(ref AvroReader reader)
    {
        // It takes no bytes.
    }

    internal override void WriteJson(ref AvroReader reader, JsonText json) => json.Raw("null"u8);

    internal override bool Fits(JsonElement value) => value.ValueKind is JsonValueKind.Null;

    internal override void Encode(JsonElement value, AvroWriter writer)
    {
        if (!Fits(value))
            throw Unfit(value);
    }
}

internal sealed class AvroBoolean : AvroSchema
{
    public override string Name => "boolean";

    internal override void Skip(ref AvroReader reader) => reader.Take(1);

    internal override void WriteJson(ref AvroReader reader, JsonText json) => json.Raw(reader.Boolean() ? "true"u8 : "false"u8);

    internal override bool Fits(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    internal override void Encode(JsonElement value, AvroWriter writer) => writer.Boolean(Fits(value) ? value.GetBoolean() : throw Unfit(value));
}

internal sealed class AvroInt : AvroSchema
{
    public override string Name => "int";

    internal override void Skip(ref AvroReader reader) => reader.Int();

    internal override void WriteJson(ref AvroReader reader, JsonText json) => json.Number(reader.Int());

    internal override bool Fits(JsonElement value) => value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out _);

    internal override void Encode(JsonElement value, AvroWriter writer) => writer.Long(Fits(value) ? value.GetInt32() : throw Unfit(value));
}

internal sealed class AvroLong : AvroSchema
{
    public override string Name => "long";

    internal override void Skip(ref AvroReader reader) => reader.Long();

    internal override void WriteJson(ref AvroReader reader, JsonText json) => json.Number(reader.Long());

    internal override bool Fits(JsonElement value) => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out _);

    internal override void Encode(JsonElement value, AvroWriter writer) => writer.Long(Fits(value) ? value.GetInt64() : throw Unfit(value));
}

internal sealed class AvroFloat : AvroSchema
{
    public override string Name => "float";

    internal override void Skip(ref AvroReader reader) => reader.Take(4);

    internal override void WriteJson(ref AvroReader reader, JsonText json) => json.Number(reader.Float());

    internal override bool Fits(JsonElement value) => Floating.Fits(value);

    internal override void Encode(JsonElement value, AvroWriter writer) => writer.Float(Fits(value) ? (float)Floating.Of(value) : throw Unfit(value));
}

internal sealed class AvroDouble : AvroSchema
{
    public override string Name => "double";

    internal override void Skip(ref AvroReader reader) => reader.Take(8);

    internal override void WriteJson(ref AvroReader reader, JsonText json) => json.Number(reader.Double());

    internal override bool Fits(JsonElement value) => Floating.Fits(value);

    internal override void Encode(JsonElement value, AvroWriter writer) => writer.Double(Fits(value) ? Floating.Of(value) : throw Unfit(value));
}

/// <summary>What JSON has no number for stands as text, in both directions.</summary>
file static class Floating
{
    public static bool Fits(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number || (value.ValueKind is JsonValueKind.String && value.GetString() is "NaN" or "Infinity" or "-Infinity");

    public static double Of(JsonElement value) => value.ValueKind is JsonValueKind.Number
        ? value.GetDouble()
        : value.GetString() switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, _ => double.NegativeInfinity };
}
