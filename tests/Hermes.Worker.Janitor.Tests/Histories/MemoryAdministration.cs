using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.Shared.Kafka;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>Asks a broker in memory.</summary>
/// <param name="broker">The broker.</param>
/// <param name="edge">Told of each call.</param>
internal sealed class MemoryAdministration(MemoryBroker broker, Edge edge) : IGroupAdministration
{
    public Task<string> ClusterIdAsync() => Call("cluster id", () => "cluster");

    public Task<string?> BrokerSettingAsync(string name) => Call("setting", () => (string?)null);

    public Task<IReadOnlyList<(string Id, ConsumerGroupState State)>> GroupsAsync() => Call(
        "groups", () => (IReadOnlyList<(string, ConsumerGroupState)>)[.. broker.Groups.Select(g => (g.Key, g.Value.ReadTopics.Count > 0 ? ConsumerGroupState.Stable : ConsumerGroupState.Empty))]);

    public Task<(ConsumerGroupState State, int Members)?> FindGroupAsync(string group) => Call(
        $"describe {group}", () => broker.Groups.TryGetValue(group, out var found)
            ? (found.ReadTopics.Count > 0 ? ConsumerGroupState.Stable : ConsumerGroupState.Empty, found.ReadTopics.Count)
            : ((ConsumerGroupState, int)?)null);

    public Task<IReadOnlyList<TopicPartitionOffset>> CommittedAsync(string group) => Call(
        $"offsets of {group}", () => broker.Groups.TryGetValue(group, out var found)
            ? (IReadOnlyList<TopicPartitionOffset>)[.. found.Offsets.Select(o => new TopicPartitionOffset(o.Key, 0, o.Value))]
            : []);

    public Task CommitAsync(string group, IReadOnlyList<TopicPartitionOffset> offsets) => Call($"commit {group}", () =>
    {
        if (broker.Members(group) > 0)
            throw new KafkaException(ErrorCode.UnknownMemberId);
        foreach (var offset in offsets)
            broker.Commit(group, offset.Topic, offset.Offset.Value);
        return true;
    });

    public Task DeleteGroupAsync(string group) => Call($"delete group {group}", () =>
    {
        if (broker.Delete(group) is ErrorCode.NonEmptyGroup and var code)
            throw new DeleteGroupsException([new() { Group = group, Error = new Error(code) }]);
        return true;
    });

    public Task<bool> DeleteOffsetsAsync(string group, IReadOnlyList<TopicPartition> partitions) =>
        Call($"delete offsets {group} {partitions[0].Topic}", () => broker.DeleteOffset(group, partitions[0].Topic));

    public Task<IReadOnlyList<TopicPartition>> PartitionsAsync(string topic) =>
        Call("partitions", () => (IReadOnlyList<TopicPartition>)(broker.Ends.ContainsKey(topic) ? [new(topic, 0)] : []));

    public Task<IReadOnlyList<TopicPartitionOffset>> StartsAsync(IReadOnlyList<TopicPartition> partitions) =>
        Call("starts", () => (IReadOnlyList<TopicPartitionOffset>)[.. partitions.Select(p => new TopicPartitionOffset(p, 0))]);

    public Task<IReadOnlyList<TopicPartitionOffset>> EndsAsync(IReadOnlyList<TopicPartition> partitions) =>
        Call("ends", () => (IReadOnlyList<TopicPartitionOffset>)[.. partitions.Select(p => new TopicPartitionOffset(p, broker.Ends[p.Topic]))]);

    private Task<T> Call<T>(string name, Func<T> work) => Task.FromResult(edge.Call(name, work));
}
