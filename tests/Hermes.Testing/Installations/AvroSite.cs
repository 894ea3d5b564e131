using System.Text.Json;
using Hermes.Shared.Avro;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing.Schemas;

namespace Hermes.Testing.Installations;

/// <summary>An installation whose topic is Avro, with its schema registry.</summary>
public sealed class AvroSite : IAsyncDisposable
{
    public const string Schema = """
        {"type":"record","name":"Order","fields":[
          {"name":"__metadata","type":["null",{"type":"map","values":"string"}],"default":null},
          {"name":"number","type":"int"},{"name":"text","type":["null","string"],"default":null}]}
        """;

    // What the next version will be.
    public const string NextSchema = """
        {"type":"record","name":"Order","fields":[
          {"name":"__metadata","type":["null",{"type":"map","values":"string"}],"default":null},
          {"name":"number","type":"int"},{"name":"text","type":["null","string"],"default":null},{"name":"more","type":"double","default":1.5}]}
        """;

    private AvroSite(HermesInstallation hermes, SchemaRegistry registry) => (Hermes, Registry) = (hermes, registry);

    public HermesInstallation Hermes { get; }

    public SchemaRegistry Registry { get; }

    public static async Task<AvroSite> CreateAsync(string zooKeeper, string root, string brokers, int partitions = 3, bool isAvro = true, TopicMapper mapper = TopicMapper.Default)
    {
        var hermes = await HermesInstallation.CreateAsync(zooKeeper, root, brokers, partitions, mapper);
        var registry = await SchemaRegistry.StartAsync();
        if (isAvro)
            await hermes.Registry.UpdateTopicAsync(HermesInstallation.Topic, t => t with { ContentType = ContentTypes.Avro }, TestContext.Current.CancellationToken);
        return new(hermes, registry);
    }

    /// <summary>A worker that knows the registry.</summary>
    public RunningWorker StartWorker(string assembly = "Hermes.Worker.Consumer") => RunningWorker.Start(assembly, Hermes,
        ("Schemas:ServerUrl", Registry.Address), ("Schemas:LongestRetryPause", "00:00:00.500"), ("Schemas:ReadTimeout", "00:00:01"),
        ("Kafka:TopicMapper", Hermes.Kafka.TopicMapper.ToString()));

    public Task UpdateAsync(SubscriptionName subscription, Func<SubscriptionDocument, SubscriptionDocument> change) =>
        Hermes.Registry.UpdateSubscriptionAsync(subscription, change, TestContext.Current.CancellationToken);

    /// <summary>Publishes an order as Hermes's frontend does.</summary>
    public async Task PublishAsync(int partition, int number, int version = 1, string? topic = null)
    {
        using var json = JsonDocument.Parse($$$"""{"__metadata":{"messageId":"m{{{number}}}","timestamp":"1","trace":"t{{{number}}}"},"number":{{{number}}},"text":"x"}""");
        await WriteAsync(partition, number, AvroSchema.Parse(version == 1 ? Schema : NextSchema).ToAvro(json.RootElement), version, topic);
    }

    /// <summary>Publishes whatever bytes, as of that version.</summary>
    public Task WriteAsync(int partition, int number, byte[] value, int version, string? topic = null) =>
        Hermes.WriteAsync(new(topic ?? Hermes.KafkaTopic, partition), FrontendRecords.Avro($"m{number}", value, version));

    public async ValueTask DisposeAsync()
    {
        await Hermes.DisposeAsync();
        await Registry.DisposeAsync();
    }
}
