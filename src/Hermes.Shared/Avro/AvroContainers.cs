using System.Text.Json;

namespace Hermes.Shared.Avro;

internal sealed class AvroArray(AvroSchema items) : AvroSchema
{
    public override string Name => "array";

    public AvroSchema Items => items;

    internal override void Skip(ref AvroReader reader)
    {
        reader.Enter();
        for (var count = reader.Block(); count > 0; count = reader.Block())
        {
            for (; count > 0; count--)
                items.Skip(ref reader);
        }
        reader.Leave();
    }

    internal override void WriteJson(ref AvroReader reader, JsonText json)
    {
        reader.Enter();
        json.Byte((byte)'[');
        var isFirst = true;
        for (var count = reader.Block(); count > 0; count = reader.Block())
        {
            for (; count > 0; count--)
            {
                if (!isFirst)
                    json.Byte((byte)',');
                isFirst = false;
                items.WriteJson(ref reader, json);
            }
        }
        json.Byte((byte)']');
        reader.Leave();
    }

    internal override bool Fits(JsonElement value) => value.ValueKind is JsonValueKind.Array;

    internal override void Encode(JsonElement value, AvroWriter writer)
    {
        if (!Fits(value))
            throw Unfit(value);
        if (value.GetArrayLength() is > 0 and var count)
        {
            writer.Long(count);
            foreach (var item in value.EnumerateArray())
                items.Encode(item, writer);
        }
        writer.Long(0);
    }
}

internal sealed class AvroMap(AvroSchema values) : AvroSchema
{
    public override string Name => "map";

    public AvroSchema Values => values;

    internal override void Skip(ref AvroReader reader)
    {
        reader.Enter();
        for (var count = reader.Block(); count > 0; count = reader.Block())
        {
            for (; count > 0; count--)
            {
                reader.Bytes();
                values.Skip(ref reader);
            }
        }
        reader.Leave();
    }

    internal override void WriteJson(ref AvroReader reader, JsonText json)
    {
        reader.Enter();
        json.Byte((byte)'{');
        var isFirst = true;
        for (var count = reader.Block(); count > 0; count = reader.Block())
        {
            for (; count > 0; count--)
            {
                if (!isFirst)
                    json.Byte((byte)',');
                isFirst = false;
                json.Text(reader.Bytes());
                json.Byte((byte)':');
                values.WriteJson(ref reader, json);
            }
        }
        json.Byte((byte)'}');
        reader.Leave();
    }

    internal override bool Fits(JsonElement value) => value.ValueKind is JsonValueKind.Object;

    internal override void Encode(JsonElement value, AvroWriter writer)
    {
        if (!Fits(value))
            throw Unfit(value);
        if (value.GetPropertyCount() is > 0 and var count)
        {
            writer.Long(count);
            foreach (var member in value.EnumerateObject())
            {
                writer.Bytes(System.Text.Encoding.UTF8.GetBytes(member.Name));
                values.Encode(member.Value, writer);
            }
        }
        writer.Long(0);
    }
}

internal sealed class AvroUnion(AvroSchema[] branches) : AvroSchema
{
    public override string Name => $"union of {string.Join(", ", branches.Select(b => b.Name))}";

    /// <summary>The schema of the value that follows.</summary>
    public AvroSchema Branch(ref AvroReader reader) => branches[reader.Index(branches.Length)];

    internal override void Skip(ref AvroReader reader) => Branch(ref reader).Skip(ref reader);

    internal override void WriteJson(ref AvroReader reader, JsonText json) => Branch(ref reader).WriteJson(ref reader, json);

    internal override bool Fits(JsonElement value) => Array.Exists(branches, b => b.Fits(value));

    internal override void Encode(JsonElement value, AvroWriter writer)
    {
        var index = Array.FindIndex(branches, b => b.Fits(value));
        if (index < 0)
            throw Unfit(value);
        writer.Long(index);
        branches[index].Encode(value, writer);
    }
}
