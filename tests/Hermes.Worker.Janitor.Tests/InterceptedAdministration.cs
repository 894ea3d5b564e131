using Confluent.Kafka;
using Hermes.Shared.Kafka;

namespace Hermes.Worker.Janitor.Tests;

/// <summary>A broker of which each call can be met before it is sent and after it was answered: by a death, a race, or a long sleep.</summary>
/// <param name="inner">The broker.</param>
/// <param name="before">Called with the call's number, from 1 on, and its name; what it throws is thrown.</param>
/// <param name="after">The same, when the broker has answered.</param>
internal sealed class InterceptedAdministration(IGroupAdministration inner, Func<int, string, Task> before, Func<int, string, Task> after) : IGroupAdministration
{
    private int _calls;

    public Task<string> ClusterIdAsync() => CallAsync(nameof(ClusterIdAsync), inner.ClusterIdAsync);

    public Task<string?> BrokerSettingAsync(string name) => CallAsync(nameof(BrokerSettingAsync), () => inner.BrokerSettingAsync(name));

    public Task<IReadOnlyList<(string Id, ConsumerGroupState State)>> GroupsAsync() => CallAsync(nameof(GroupsAsync), inner.GroupsAsync);

    public Task<(ConsumerGroupState State, int Members)?> FindGroupAsync(string group) => CallAsync(nameof(FindGroupAsync), () => inner.FindGroupAsync(group));

    public Task<IReadOnlyList<TopicPartitionOffset>> CommittedAsync(string group) => CallAsync(nameof(CommittedAsync), () => inner.CommittedAsync(group));

    public Task CommitAsync(string group, IReadOnlyList<TopicPartitionOffset> offsets) => CallAsync(nameof(CommitAsync), async () =>
    {
        await inner.CommitAsync(group, offsets);
        return true;
    });

    public Task<IReadOnlyDictionary<string, GroupAnswer<(ConsumerGroupState State, int Members)?>>> FindGroupsAsync(IReadOnlyCollection<string> groups) =>
        CallAsync(nameof(FindGroupsAsync), () => inner.FindGroupsAsync(groups));

    public Task<IReadOnlyDictionary<string, GroupAnswer<IReadOnlyList<TopicPartitionOffset>>>> AllCommittedAsync(IReadOnlyCollection<string> groups) =>
        CallAsync(nameof(AllCommittedAsync), () => inner.AllCommittedAsync(groups));

    public Task<IReadOnlyDictionary<string, GroupAnswer<bool>>> DeleteGroupsAsync(IReadOnlyCollection<string> groups) =>
        CallAsync(nameof(DeleteGroupsAsync), () => inner.DeleteGroupsAsync(groups));

    public Task<bool> DeleteOffsetsAsync(string group, IReadOnlyList<TopicPartition> partitions) => CallAsync(nameof(DeleteOffsetsAsync), () => inner.DeleteOffsetsAsync(group, partitions));

    public Task<IReadOnlyList<TopicPartition>> PartitionsAsync(string topic) => CallAsync(nameof(PartitionsAsync), () => inner.PartitionsAsync(topic));

    public Task<IReadOnlyList<TopicPartitionOffset>> StartsAsync(IReadOnlyList<TopicPartition> partitions) => CallAsync(nameof(StartsAsync), () => inner.StartsAsync(partitions));

    public Task<IReadOnlyList<TopicPartitionOffset>> EndsAsync(IReadOnlyList<TopicPartition> partitions) => CallAsync(nameof(EndsAsync), () => inner.EndsAsync(partitions));

    private async Task<T> CallAsync<T>(string name, Func<Task<T>> call)
    {
        var number = Interlocked.Increment(ref _calls);
        await before(number, name);
        var result = await call();
        await after(number, name);
        return result;
    }
}
