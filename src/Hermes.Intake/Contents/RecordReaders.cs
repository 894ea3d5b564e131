using Hermes.Shared.Envelope;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Shared.Schemas;

namespace Hermes.Intake.Contents;

/// <summary>Makes the readers of a process: they share the schemas.</summary>
public sealed class RecordReaders(SchemaStore schemas, KafkaNames names, RecordSettings settings)
{
    private const int SerialTtl = 3600;
    private const int BatchTtl = 60;

    /// <summary>The reader of one subscription's records.</summary>
    public RecordReader Create(RegisteredSubscription subscription, RegisteredTopic topic) =>
        new(schemas, settings, Contract(subscription, topic));

    /// <summary>Has a reader follow a changed subscription or topic.</summary>
    public void Update(RecordReader reader, RegisteredSubscription subscription, RegisteredTopic topic)
    {
        ArgumentNullException.ThrowIfNull(reader);
        reader.Contract = Contract(subscription, topic);
    }

    private RecordContract Contract(RegisteredSubscription subscription, RegisteredTopic topic)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(topic);
        var (document, wanted) = (topic.Document, subscription.Document);
        var isAvro = document.ContentType == ContentTypes.Avro;
        var isBatch = wanted.DeliveryType == DeliveryTypes.Batch;
        return new(
            [.. names.Topics(topic.Name, isAvro, document.MigratedFromJsonType ?? false).Where(t => t.IsAvro).Select(t => t.Name)],
            schemas.Subject(topic.Name),
            document.SchemaIdAwareSerializationEnabled ?? false,
            wanted.ContentType == ContentTypes.Avro && !isBatch, // batches are JSON
            TimeSpan.FromSeconds(Math.Max(wanted.SubscriptionPolicy?.MessageTtl ?? (isBatch ? BatchTtl : SerialTtl), 0)));
    }
}
