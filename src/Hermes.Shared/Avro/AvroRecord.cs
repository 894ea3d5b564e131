using System.Text.Json;

namespace Hermes.Shared.Avro;

/// <summary>A record. Its fields come after it is made, since they may hold the record itself.</summary>
internal sealed class AvroRecord(string name) : AvroSchema
{
    public override string Name => name;

    public AvroField[] Fields { get; internal set; } = [];

    internal override void Skip(ref AvroReader reader)
    {
        reader.Enter();
        foreach (var field in Fields)
            field.Schema.Skip(ref reader);
        reader.Leave();
    }

    internal override void WriteJson(ref AvroReader reader, JsonText json)
    {
        reader.Enter();
        json.Byte((byte)'{');
        var isFirst = true;
        foreach (var field in Fields)
        {
            if (!isFirst)
                json.Byte((byte)',');
            isFirst = false;
            json.Raw(field.Member);
            field.Schema.WriteJson(ref reader, json);
        }
        json.Byte((byte)'}');
        reader.Leave();
    }

    internal override bool Fits(JsonElement value) =>
        value.ValueKind is JsonValueKind.Object && value.EnumerateObject().All(m => Array.Exists(Fields, f => f.Name == m.Name));

    internal override void Encode(JsonElement value, AvroWriter writer)
    {
        if (value.ValueKind is not JsonValueKind.Object)
            throw Unfit(value);
        foreach (var member in value.EnumerateObject())
        {
            if (!Array.Exists(Fields, f => f.Name == member.Name))
                throw new AvroException($"{Name} has no field {member.Name}");
        }
        foreach (var field in Fields)
        {
            if (!value.TryGetProperty(field.Name, out var given))
                given = field.Default ?? throw new AvroException($"{field.Name} is missing, and has no default");
            try
            {
                field.Schema.Encode(given, writer);
            }
            catch (AvroException e)
            {
                throw new AvroException($"{field.Name}: {e.Message}");
            }
        }
    }
}
