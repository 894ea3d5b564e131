using Confluent.Kafka;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>A broker's consumer groups in memory, by Kafka's rules: a group without members and offsets is none.</summary>
internal sealed class MemoryBroker
{
    private readonly Dictionary<string, MemoryGroup> _groups = new(StringComparer.Ordinal);

    /// <summary>The topics, each of one partition, and the offset that its next record will get.</summary>
    public Dictionary<string, long> Ends { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, MemoryGroup> Groups => _groups;

    /// <returns>What the group has committed for a topic.</returns>
    public long? Committed(string group, string topic) => _groups.TryGetValue(group, out var found) && found.Offsets.TryGetValue(topic, out var offset) ? offset : null;

    public int Members(string group) => _groups.GetValueOrDefault(group)?.ReadTopics.Count ?? 0;

    /// <summary>How often something was committed for a group.</summary>
    public Dictionary<string, int> Commits { get; } = new(StringComparer.Ordinal);

    public void Commit(string group, string topic, long offset)
    {
        Of(group).Offsets[topic] = offset;
        Commits[group] = Commits.GetValueOrDefault(group) + 1;
    }

    public void Join(string group, string topic) => Of(group).ReadTopics.Add(topic);

    public void Leave(string group) => Change(group, g => g.ReadTopics.Clear());

    public ErrorCode Delete(string group)
    {
        if (!_groups.TryGetValue(group, out var found))
            return ErrorCode.GroupIdNotFound;
        if (found.ReadTopics.Count > 0)
            return ErrorCode.NonEmptyGroup;
        _groups.Remove(group);
        return ErrorCode.NoError;
    }

    /// <returns>False: its members read the topic.</returns>
    public bool DeleteOffset(string group, string topic)
    {
        if (_groups.TryGetValue(group, out var found) && found.ReadTopics.Contains(topic))
            return false;
        Change(group, g => g.Offsets.Remove(topic));
        return true;
    }

    private MemoryGroup Of(string group)
    {
        if (!_groups.TryGetValue(group, out var found))
            _groups[group] = found = new();
        return found;
    }

    private void Change(string group, Action<MemoryGroup> change)
    {
        if (!_groups.TryGetValue(group, out var found))
            return;
        change(found);
        if (found.ReadTopics.Count == 0 && found.Offsets.Count == 0)
            _groups.Remove(group);
    }
}

/// <summary>What the members of a group read, one entry for each, and what is committed.</summary>
internal sealed record MemoryGroup
{
    public List<string> ReadTopics { get; } = [];

    public Dictionary<string, long> Offsets { get; } = new(StringComparer.Ordinal);
}
