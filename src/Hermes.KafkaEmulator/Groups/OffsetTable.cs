namespace Hermes.KafkaEmulator.Groups;

/// <summary>The committed offsets of one group.</summary>
internal sealed class OffsetTable
{
    private readonly SortedDictionary<string, SortedDictionary<int, CommittedOffset>> _topics = new(StringComparer.Ordinal);

    public bool IsEmpty => _topics.Count == 0;

    /// <summary>Topics in order of their names, each with its partitions in order.</summary>
    public IEnumerable<KeyValuePair<string, SortedDictionary<int, CommittedOffset>>> Topics => _topics;

    public CommittedOffset? Find(string topic, int partition) =>
        _topics.TryGetValue(topic, out var partitions) && partitions.TryGetValue(partition, out var offset) ? offset : null;

    public void Set(string topic, int partition, CommittedOffset offset)
    {
        if (!_topics.TryGetValue(topic, out var partitions))
            _topics.Add(topic, partitions = []);
        partitions[partition] = offset;
    }

    public bool Remove(string topic, int partition)
    {
        if (!_topics.TryGetValue(topic, out var partitions) || !partitions.Remove(partition))
            return false;
        if (partitions.Count == 0)
            _topics.Remove(topic);
        return true;
    }

    public bool Remove(string topic) => _topics.Remove(topic);
}
