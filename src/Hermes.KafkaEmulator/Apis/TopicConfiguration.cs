using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Changes settings of one resource: the common part of the two APIs that do.</summary>
internal sealed class TopicConfiguration(TopicCatalog topics)
{
    /// <summary>Carries the changes out.</summary>
    /// <param name="kind">The kind of the resource.</param>
    /// <param name="name">Its name.</param>
    /// <param name="changes">What to change, in order.</param>
    /// <param name="fromNothing">Forget every other setting that was given to the topic.</param>
    /// <param name="validateOnly">Only say whether it could be done.</param>
    /// <returns>Kafka's error with its reason; no error and no reason where it was done.</returns>
    public (KafkaError Error, string? Reason) Change(sbyte kind, string name, IReadOnlyCollection<SettingChange> changes, bool fromNothing, bool validateOnly)
    {
        if (kind != ResourceKind.Topic)
            return (KafkaError.InvalidRequest, "Only the settings of topics can be changed in the emulator.");
        if (TopicNames.Fault(name) is { } fault)
            return (KafkaError.InvalidTopicException, fault);
        if (topics.Find(name) is not { } topic)
            return (KafkaError.UnknownTopicOrPartition, $"The topic '{name}' does not exist.");
        if (changes.DistinctBy(change => change.Name, StringComparer.Ordinal).Count() < changes.Count)
            return (KafkaError.InvalidRequest, "Error due to duplicate config keys");
        try
        {
            topics.Configure(topic, given => changes.Aggregate(fromNothing ? given.Clear() : given, (now, change) => change.ApplyTo(now)), validateOnly);
            return (KafkaError.None, null);
        }
        catch (TopicRefusedException e)
        {
            return (e.Error, e.Message);
        }
    }
}
