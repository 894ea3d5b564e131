using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Shared.ConsumerGroups;

/// <summary>Which Kafka topics the subscriptions of a topic read.</summary>
/// <param name="Primary">The one that is written to.</param>
/// <param name="Secondary">The one from before its migration to Avro, if it is read.</param>
public readonly record struct ReadTopics(string Primary, string? Secondary)
{
    /// <summary>By the topic as it stands in the registry.</summary>
    public static ReadTopics Of(TopicName name, TopicDocument topic, KafkaNames names)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(names);
        var isAvro = topic.ContentType == ContentTypes.Avro;
        return new(names.PrimaryTopic(name, isAvro), names.SecondaryTopic(name, isAvro, topic.MigratedFromJsonType ?? false));
    }

    /// <summary>Whether a Kafka topic is one of them.</summary>
    public bool Contains(string kafkaTopic) => kafkaTopic == Primary || kafkaTopic == Secondary;
}
