namespace Hermes.KafkaEmulator.Groups;

/// <summary>Which offsets nobody uses any more.</summary>
internal sealed partial class ClassicGroup
{
    /// <summary>The offsets whose retention has passed: in a group that was left, since then; in one that never had members, or of topics
    /// that its members do not read, since their commit.</summary>
    public List<(string Topic, int Partition)> Expired(DateTimeOffset now)
    {
        var until = now - _options.OffsetsRetention;
        Func<string, CommittedOffset, bool> isExpired = (State, ProtocolType) switch
        {
            (GroupState.Empty, null) => (_, offset) => offset.At <= until,
            (GroupState.Empty, _) => (_, _) => _emptySince <= until,
            (GroupState.Stable, Subscriptions.ConsumerType) => (topic, offset) => !IsSubscribedTo(topic) && offset.At <= until,
            _ => (_, _) => false,
        };
        return [.. Offsets.Topics.SelectMany(topic => topic.Value
            .Where(pair => isExpired(topic.Key, pair.Value))
            .Select(pair => (topic.Key, pair.Key)))];
    }
}
