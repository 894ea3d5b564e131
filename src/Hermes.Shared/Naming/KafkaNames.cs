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

    /// <summary>The Kafka topics of a topic: the primary one first, then the secondary one, if there is one. What a record holds is decided by
    /// the Kafka topic that it came from.</summary>
    public IReadOnlyList<KafkaTopic> Topics(TopicName topic, bool isAvro, bool isMigratedFromJson)
    {
        var primary = new KafkaTopic(PrimaryTopic(topic, isAvro), isAvro);
        return SecondaryTopic(topic, isAvro, isMigratedFromJson) is { } secondary ? [primary, new(secondary, IsAvro: false)] : [primary];
    }

    /// <summary>The consumer group: an underscore inside a part is doubled, then one joins the parts. Another rule would
    /// make a second group, and every message would be delivered twice.</summary>
    public string ConsumerGroup(SubscriptionName subscription)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return $"{GroupPrefix(subscription.Topic)}{Escape(subscription.Name)}";
    }

    /// <summary>What the consumer groups of all subscriptions of a topic begin with, up to and with an underscore.</summary>
    public string GroupPrefix(TopicName topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return $"{_prefix}{Escape(topic.Group)}_{Escape(topic.Name)}_";
    }

    /// <summary>Whether a Kafka topic is one of ours by its name: in our namespace, and named as a topic of Hermes is.</summary>
    public bool IsTopic(string kafkaTopic)
    {
        ArgumentNullException.ThrowIfNull(kafkaTopic);
        return kafkaTopic.StartsWith(_prefix, StringComparison.Ordinal) && TopicName.TryParse(kafkaTopic[_prefix.Length..], out _);
    }

    /// <summary>The subscription whose consumer group this is, judged by a topic that the group has offsets of. Without that the
    /// rule could be read in several ways, and groups of others might look like ours.</summary>
    /// <returns><see langword="null"/>: the names do not fit together exactly; it is somebody else's group.</returns>
    public SubscriptionName? SubscriptionOf(string group, string kafkaTopic)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(kafkaTopic);
        if (!kafkaTopic.StartsWith(_prefix, StringComparison.Ordinal))
            return null;
        var plain = kafkaTopic[_prefix.Length..];
        var withoutSuffix = mapper is TopicMapper.JsonToAvroMigration && plain.EndsWith(AvroSuffix, StringComparison.Ordinal) ? plain[..^AvroSuffix.Length] : null;
        return Of(group, plain) ?? (withoutSuffix is null ? null : Of(group, withoutSuffix));
    }

    /// <summary>The same, by all topics that the group has offsets of: each must name the same subscription, or somebody else reads
    /// with it.</summary>
    public SubscriptionName? SubscriptionOf(string group, IEnumerable<string> kafkaTopics) =>
        kafkaTopics.Distinct(StringComparer.Ordinal).Select(topic => SubscriptionOf(group, topic)).Distinct().ToList() is [{ } subscription] ? subscription : null;

    private SubscriptionName? Of(string group, string topic)
    {
        if (!TopicName.TryParse(topic, out var name))
            return null;
        var start = GroupPrefix(name);
        if (!group.StartsWith(start, StringComparison.Ordinal))
            return null;
        var shortName = group[start.Length..].Replace("__", "_", StringComparison.Ordinal);
        return SubscriptionName.TryParse($"{name}${shortName}", out var subscription) && ConsumerGroup(subscription) == group ? subscription : null;
    }

    private static string Escape(string part) => part.Replace("_", "__", StringComparison.Ordinal);
}
