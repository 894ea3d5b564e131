using Confluent.Kafka;
using Hermes.Shared.Kafka;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>Asks a broker in memory.</summary>
/// <param name="broker">The broker.</param>
/// <param name="edge">Told of each call.</param>
/// <param name="committed">Told of the groups for which something is committed.</param>
internal sealed class MemoryAdministration(MemoryBroker broker, Edge edge, Action<string> committed) : IGroupAdministration
{
    public Task<string> ClusterIdAsync() => Call("cluster id", () => "cluster");

    public Task<string?> BrokerSettingAsync(string name) => Call("setting", () => (string?)null);

    public Task<IReadOnlyList<(string Id, ConsumerGroupState State)>> GroupsAsync() => Call(
        "groups", () => (IReadOnlyList<(string, ConsumerGroupState)>)[.. broker.Groups.Select(g => (g.Key, g.Value.ReadTopics.Count > 0 ? ConsumerGroupState.Stable : ConsumerGroupState.Empty))]);

    public Task<(ConsumerGroupState State, int Members)?> FindGroupAsync(string group) => Call(
        $"describe {group}", () => Describe(group));

    public Task<IReadOnlyList<TopicPartitionOffset>> CommittedAsync(string group) => Call(
        $"offsets of {group}", () => Committed(group));

    public Task CommitAsync(string group, IReadOnlyList<TopicPartitionOffset> offsets) => Call($"commit {group}", () =>
    {
        if (broker.Members(group) > 0)
            throw new KafkaException(ErrorCode.UnknownMemberId);
        foreach (var offset in offsets)
            broker.Commit(group, offset.Topic, offset.Offset.Value);
        committed(group);
        return true;
    });

    public Task<IReadOnlyDictionary<string, GroupAnswer<(ConsumerGroupState State, int Members)?>>> FindGroupsAsync(IReadOnlyCollection<string> groups) =>
        Each("describe", groups, Describe);

    public Task<IReadOnlyDictionary<string, GroupAnswer<IReadOnlyList<TopicPartitionOffset>>>> AllCommittedAsync(IReadOnlyCollection<string> groups) =>
        Each("offsets of", groups, Committed);

    public Task<IReadOnlyDictionary<string, GroupAnswer<bool>>> DeleteGroupsAsync(IReadOnlyCollection<string> groups) =>
        Each("delete group", groups, g => broker.Delete(g) is not ErrorCode.NonEmptyGroup);

    public Task<bool> DeleteOffsetsAsync(string group, IReadOnlyList<TopicPartition> partitions) =>
        Call($"delete offsets {group} {partitions[0].Topic}", () => broker.DeleteOffset(group, partitions[0].Topic));

    public Task<IReadOnlyList<TopicPartition>> PartitionsAsync(string topic) =>
        Call("partitions", () => (IReadOnlyList<TopicPartition>)(broker.Ends.ContainsKey(topic) ? [new(topic, 0)] : []));

    public Task<IReadOnlyList<TopicPartitionOffset>> StartsAsync(IReadOnlyList<TopicPartition> partitions) =>
        Call("starts", () => (IReadOnlyList<TopicPartitionOffset>)[.. partitions.Select(p => new TopicPartitionOffset(p, 0))]);

    public Task<IReadOnlyList<TopicPartitionOffset>> EndsAsync(IReadOnlyList<TopicPartition> partitions) =>
        Call("ends", () => (IReadOnlyList<TopicPartitionOffset>)[.. partitions.Select(p => new TopicPartitionOffset(p, broker.Ends[p.Topic]))]);

    private (ConsumerGroupState State, int Members)? Describe(string group) => broker.Groups.TryGetValue(group, out var found)
        ? (found.ReadTopics.Count > 0 ? ConsumerGroupState.Stable : ConsumerGroupState.Empty, found.ReadTopics.Count)
        : null;

    private IReadOnlyList<TopicPartitionOffset> Committed(string group) => broker.Groups.TryGetValue(group, out var found)
        ? [.. found.Offsets.Select(o => new TopicPartitionOffset(o.Key, 0, o.Value))]
        : [];

    /// <summary>A broker goes through the groups of a request one by one, and others come in between.</summary>
    private Task<IReadOnlyDictionary<string, GroupAnswer<T>>> Each<T>(string name, IReadOnlyCollection<string> groups, Func<string, T> work)
    {
        var answers = new Dictionary<string, GroupAnswer<T>>(StringComparer.Ordinal);
        if (groups.Count == 0)
            return Task.FromResult<IReadOnlyDictionary<string, GroupAnswer<T>>>(answers);
        try
        {
            edge.Call($"{name}s: {string.Join(' ', groups)}", () =>
            {
                foreach (var group in groups)
                {
                    try
                    {
                        answers[group] = new(edge.One($"{name} {group}", () => work(group)), null);
                    }
                    catch (KafkaException e)
                    {
                        answers[group] = new(default!, e);
                    }
                }
                return true;
            });
        }
        catch (KafkaException e)
        {
            foreach (var group in groups)
                answers[group] = new(default!, e);
        }
        return Task.FromResult<IReadOnlyDictionary<string, GroupAnswer<T>>>(answers);
    }

    private Task<T> Call<T>(string name, Func<T> work) => Task.FromResult(edge.Call(name, work));
}
