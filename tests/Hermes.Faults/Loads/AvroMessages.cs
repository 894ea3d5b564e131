using System.Globalization;
using System.Text.Json;
using Hermes.Faults.Accounts;
using Hermes.Shared.Avro;
using Hermes.Shared.Naming;
using Hermes.Testing.Installations;

namespace Hermes.Faults.Loads;

/// <summary>The messages of the Avro topic, as Hermes's frontend writes them; they are delivered as JSON.</summary>
internal static class AvroMessages
{
    /// <summary>The topic's schema, whose subject is the topic's name.</summary>
    public const string Schema = """
        {"type":"record","name":"Parcel","fields":[
          {"name":"__metadata","type":["null",{"type":"map","values":"string"}],"default":null},
          {"name":"number","type":"string"}]}
        """;

    private static readonly AvroSchema Compiled = AvroSchema.Parse(Schema);

    public static TopicName Topic { get; } = TopicName.Parse("shop.parcels");

    /// <summary>The message of a number, written with the first version of the schema.</summary>
    public static Outgoing Make(long number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"p{number}");
        var now = TimeProvider.System.GetUtcNow();
        var timestamp = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        using var json = JsonDocument.Parse($$$"""{"__metadata":{"messageId":"{{{id}}}","timestamp":"{{{timestamp}}}"},"number":"{{{id}}}"}""");
        return new(new(id), FrontendRecords.Avro(id, Compiled.ToAvro(json.RootElement), version: 1, now));
    }
}
