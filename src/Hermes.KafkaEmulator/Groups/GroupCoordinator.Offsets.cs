using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>Committed offsets: those of members, of simple consumers and of administrators.</summary>
internal sealed partial class GroupCoordinator
{
    /// <summary>Commits offsets.</summary>
    /// <param name="committer">Who commits.</param>
    /// <param name="offsets">What, in the order of the answer.</param>
    /// <returns>For each offset whether it was taken.</returns>
    public IReadOnlyList<KafkaError> Commit(
        Committer committer, IReadOnlyList<(string Topic, int Partition, CommittedOffset Offset)> offsets)
    {
        lock (_lock)
        {
            var group = _groups.Find(committer.GroupId);
            // Without a generation nobody can have lost it: a simple consumer or an administrator.
            if (group is null && committer.Generation >= 0)
                return [.. offsets.Select(_ => KafkaError.IllegalGeneration)];
            if (group?.CheckCommit(committer) is { } error and not KafkaError.None)
                return [.. offsets.Select(_ => error)];

            var results = offsets.Select(Judge).ToList();
            var taken = offsets.Where((_, index) => results[index] is KafkaError.None).ToList();
            if (group is null && taken.Count == 0)
                return results;
            group ??= _groups.Obtain(committer.GroupId);
            var now = _clock.GetUtcNow();
            taken = taken.ConvertAll(commit => commit with { Offset = commit.Offset with { At = now } });
            foreach (var (topic, partition, offset) in taken)
                group.Offsets.Set(topic, partition, offset);
            if (taken.Count > 0)
                _journal.Offsets(group.Id, taken);
            return results;
        }

        KafkaError Judge((string Topic, int Partition, CommittedOffset Offset) commit)
        {
            if (!_partitionExists(commit.Topic, commit.Partition))
                return KafkaError.UnknownTopicOrPartition;
            return commit.Offset.Metadata.Length > _options.OffsetMetadataMaxBytes ? KafkaError.OffsetMetadataTooLarge : KafkaError.None;
        }
    }

    /// <summary>What a group has committed; null where it has committed nothing.</summary>
    public IReadOnlyList<CommittedOffset?> Fetch(string groupId, IReadOnlyList<(string Topic, int Partition)> partitions)
    {
        lock (_lock)
        {
            var offsets = _groups.Find(groupId)?.Offsets;
            return [.. partitions.Select(asked => offsets?.Find(asked.Topic, asked.Partition))];
        }
    }

    /// <summary>Everything that a group has committed, by topic.</summary>
    public IReadOnlyList<(string Topic, IReadOnlyList<(int Partition, CommittedOffset Offset)> Partitions)> FetchAll(string groupId)
    {
        lock (_lock)
        {
            return _groups.Find(groupId) is { } group
                ? [.. group.Offsets.Topics.Select(topic =>
                    (topic.Key, (IReadOnlyList<(int, CommittedOffset)>)[.. topic.Value.Select(pair => (pair.Key, pair.Value))]))]
                : [];
        }
    }

    /// <summary>Forgets offsets of a group, except for topics that its members read.</summary>
    /// <returns>The error of the whole request, and for each partition its own.</returns>
    public (KafkaError Error, IReadOnlyList<KafkaError> Partitions) DeleteOffsets(
        string groupId, IReadOnlyList<(string Topic, int Partition)> partitions)
    {
        lock (_lock)
        {
            if (groupId.Length == 0)
                return (KafkaError.InvalidGroupId, []);
            if (_groups.Find(groupId) is not { } group)
                return (KafkaError.GroupIdNotFound, []);
            // Only consumer groups tell what they read.
            if (group.State is not GroupState.Empty && group.ProtocolType is not Subscriptions.ConsumerType)
                return (KafkaError.NonEmptyGroup, []);
            var results = partitions.Select(asked => Judge(group, asked)).ToList();
            var gone = partitions.Where((asked, index) =>
                results[index] is KafkaError.None && group.Offsets.Remove(asked.Topic, asked.Partition)).ToList();
            if (gone.Count > 0)
                _journal.OffsetsGone(groupId, gone);
            if (gone.Count > 0)
                RemoveIfForgotten(group);
            return (KafkaError.None, results);
        }

        KafkaError Judge(ClassicGroup group, (string Topic, int Partition) asked)
        {
            if (!_partitionExists(asked.Topic, asked.Partition))
                return KafkaError.UnknownTopicOrPartition;
            var isRead = group.State is not GroupState.Empty && group.IsSubscribedTo(asked.Topic);
            return isRead ? KafkaError.GroupSubscribedToTopic : KafkaError.None;
        }
    }

    /// <summary>Forgets every group's offsets of a topic that was deleted.</summary>
    public void ForgetTopic(string topic)
    {
        lock (_lock)
        {
            foreach (var group in _groups.All.ToList())
            {
                var partitions = group.Offsets.Topics.Where(pair => pair.Key == topic).SelectMany(pair => pair.Value.Keys).ToList();
                if (partitions.Count == 0)
                    continue;
                group.Offsets.Remove(topic);
                _journal.OffsetsGone(group.Id, [.. partitions.Select(partition => (topic, partition))]);
                RemoveIfForgotten(group);
            }
        }
    }

    // A group without members is its offsets; with the last of them it is gone.
    private void RemoveIfForgotten(ClassicGroup group)
    {
        if (group.State is not GroupState.Empty || group.AwaitsMembers || !group.Offsets.IsEmpty)
            return;
        _groups.Remove(group.Id);
        _journal.GroupGone(group.Id);
    }
}
