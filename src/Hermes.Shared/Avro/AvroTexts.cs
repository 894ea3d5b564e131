using System.Text;
using System.Text.Json;

namespace Hermes.Shared.Avro;

internal sealed class AvroString : AvroSchema
{
    public override string Name => "string";

    internal override void Skip(ref AvroReader reader) => reader.Bytes();

    internal override void WriteJson(ref AvroReader reader, JsonText json) => json.Text(reader.Bytes());

    internal override bool Fits(JsonElement value) => value.ValueKind is JsonValueKind.String;

    internal override void Encode(JsonElement value, AvroWriter writer) =>
        writer.Bytes(Encoding.UTF8.GetBytes(Fits(value) ? value.GetString()! : throw Unfit(value)));
}

internal sealed class AvroBytes : AvroSchema
{
    public override string Name => "bytes";

    internal override void Skip(ref AvroReader reader) => reader.Bytes();

    internal override void WriteJson(ref AvroReader reader, JsonText json) => json.Characters(reader.Bytes());

    internal override bool Fits(JsonElement value) => Latin1(value) is not null;

    internal override void Encode(JsonElement value, AvroWriter writer) => writer.Bytes(Latin1(value) ?? throw Unfit(value));

    /// <summary>Text with one character for each byte, as bytes; null for any other.</summary>
    internal static byte[]? Latin1(JsonElement value) =>
        value.ValueKind is JsonValueKind.String && value.GetString() is var text && !text!.AsSpan().ContainsAnyExceptInRange('\0', '\xFF')
            ? Encoding.Latin1.GetBytes(text!)
            : null;
}

internal sealed class AvroFixed(string name, int size) : AvroSchema
{
    public override string Name => name;

    internal override void Skip(ref AvroReader reader) => reader.Take(size);

    internal override void WriteJson(ref AvroReader reader, JsonText json) => json.Characters(reader.Take(size));

    internal override bool Fits(JsonElement value) => AvroBytes.Latin1(value)?.Length == size;

    internal override void Encode(JsonElement value, AvroWriter writer) => writer.Raw(Fits(value) ? AvroBytes.Latin1(value) : throw Unfit(value));
}

internal sealed class AvroEnum(string name, string[] symbols) : AvroSchema
{
    private readonly byte[][] _texts = [.. symbols.Select(JsonText.Quoted)];

    public override string Name => name;

    internal override void Skip(ref AvroReader reader) => reader.Index(_texts.Length);

    internal override void WriteJson(ref AvroReader reader, JsonText json) => json.Raw(_texts[reader.Index(_texts.Length)]);

    internal override bool Fits(JsonElement value) => IndexOf(value) >= 0;

    internal override void Encode(JsonElement value, AvroWriter writer) => writer.Long(IndexOf(value) is >= 0 and var index ? index : throw Unfit(value));

    private int IndexOf(JsonElement value) => value.ValueKind is JsonValueKind.String ? Array.IndexOf(symbols, value.GetString()) : -1;
}
