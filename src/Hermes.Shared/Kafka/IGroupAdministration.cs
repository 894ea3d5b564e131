using Confluent.Kafka;

namespace Hermes.Shared.Kafka;

/// <summary>What the clean-up of consumer groups asks of a broker. A broker in its place can be one in memory, or one that is
/// asked for the last time by somebody who dies of it.</summary>
/// <remarks>Each call is bounded by <see cref="KafkaAdministration.Limit"/>, and may be repeated.</remarks>
public interface IGroupAdministration
{
    /// <summary>The cluster's id, which no other cluster has.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    Task<string> ClusterIdAsync();

    /// <summary>A setting as one of the brokers has it; <see langword="null"/> where it has none of that name, or may not be asked.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    Task<string?> BrokerSettingAsync(string name);

    /// <summary>All consumer groups of the cluster, with their states.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached, or a part of the list is missing.</exception>
    Task<IReadOnlyList<(string Id, ConsumerGroupState State)>> GroupsAsync();

    /// <summary>A group's state and how many members it has; <see langword="null"/> where there is no such group.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    Task<(ConsumerGroupState State, int Members)?> FindGroupAsync(string group);

    /// <summary>All offsets that a group has committed, for whatever topics; none where there is no such group.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    Task<IReadOnlyList<TopicPartitionOffset>> CommittedAsync(string group);

    /// <summary>The same of many groups, with few requests.</summary>
    /// <returns>An answer for each group, or why there is none for it; never fails as a whole.</returns>
    Task<IReadOnlyDictionary<string, GroupAnswer<(ConsumerGroupState State, int Members)?>>> FindGroupsAsync(IReadOnlyCollection<string> groups);

    /// <summary>All offsets that many groups have committed, with few requests.</summary>
    /// <returns>An answer for each group, or why there is none for it; never fails as a whole.</returns>
    Task<IReadOnlyDictionary<string, GroupAnswer<IReadOnlyList<TopicPartitionOffset>>>> AllCommittedAsync(IReadOnlyCollection<string> groups);

    /// <summary>Commits offsets for a group without members, whatever it had committed before.</summary>
    /// <exception cref="KafkaException">The broker refuses (also: the group has members), or cannot be reached.</exception>
    Task CommitAsync(string group, IReadOnlyList<TopicPartitionOffset> offsets);

    /// <summary>Deletes those of many groups that have no members, with few requests. Each is asked for once, so that what the
    /// caller has just seen is not old when it comes to the deletion.</summary>
    /// <returns>For each group whether it is gone (no: it has members), or why that is not known; never fails as a whole.</returns>
    Task<IReadOnlyDictionary<string, GroupAnswer<bool>>> DeleteGroupsAsync(IReadOnlyCollection<string> groups);

    /// <summary>Has a group forget what it committed for some partitions, whether it has members or not.</summary>
    /// <returns>False: members read one of the topics, and the offsets of that one are kept.</returns>
    /// <exception cref="KafkaException">The broker refuses for another reason, or cannot be reached.</exception>
    Task<bool> DeleteOffsetsAsync(string group, IReadOnlyList<TopicPartition> partitions);

    /// <summary>A topic's partitions, from 0 on; none when there is no such topic.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    Task<IReadOnlyList<TopicPartition>> PartitionsAsync(string topic);

    /// <summary>The offset of the oldest record that each partition still has.</summary>
    /// <exception cref="KafkaException">A partition has no leader for longer, or the broker cannot be reached.</exception>
    Task<IReadOnlyList<TopicPartitionOffset>> StartsAsync(IReadOnlyList<TopicPartition> partitions);

    /// <summary>The offset that the next record of each partition will get.</summary>
    /// <exception cref="KafkaException">A partition has no leader for longer, or the broker cannot be reached.</exception>
    Task<IReadOnlyList<TopicPartitionOffset>> EndsAsync(IReadOnlyList<TopicPartition> partitions);
}
