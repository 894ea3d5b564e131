namespace Hermes.Shared.Naming;

/// <summary>How topics and subscriptions are named in Kafka.</summary>
/// <param name="namespace">Put before every name, with the separator; empty for none.</param>
/// <param name="separator">Between the namespace and the rest; Hermes's default is <c>_</c>.</param>
/// <param name="mapper">Which of Hermes's two naming rules the installation uses: the data does not tell.</param>
public sealed class KafkaNames(string @namespace, string separator = "_", TopicMapper mapper = TopicMapper.Default)
{
    private const string AvroSuffix = "_avro";
    private readonly string _prefix = @namespace.Length == 0 ? "" : @namespace + separator;

    /// <summary>The Kafka topic that is written to.</summary>
    public string PrimaryTopic(TopicName topic, bool isAvro) =>
        mapper is TopicMapper.JsonToAvroMigration && isAvro ? $"{_prefix}{topic}{AvroSuffix}" : $"{_prefix}{topic}";

    /// <summary>The Kafka topic with the JSON records from before the topic's migration to Avro, if there is one.</summary>
    public string? SecondaryTopic(TopicName topic, bool isAvro, bool isMigratedFromJson) =>
        mapper is TopicMapper.JsonToAvroMigration && isAvro && isMigratedFromJson ? $"{_prefix}{topic}" : null;

    /// <summary>The consumer group: an underscore inside a part is doubled, then one joins the parts. Another rule would
    /// make a second group, and every message would be delivered twice.</summary>
    public string ConsumerGroup(SubscriptionName subscription)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return $"{_prefix}{Escape(subscription.Topic.Group)}_{Escape(subscription.Topic.Name)}_{Escape(subscription.Name)}";
    }

    private static string Escape(string part) => part.Replace("_", "__", StringComparison.Ordinal);
}
