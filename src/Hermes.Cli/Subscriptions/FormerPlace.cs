using Confluent.Kafka;
using Hermes.Cli.Connections;
using Hermes.Shared.ConsumerGroups;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Subscriptions;

/// <summary>Where a deleted subscription stood: what its group still has, or what the janitor kept when it deleted the group.</summary>
internal sealed class FormerPlace(Installation hermes, string group)
{
    /// <returns>The offsets, none where nothing is known; and what belongs into the transaction that creates the subscription: it
    /// fails where the janitor has just deleted the group, and one that is about to delete it finds its tombstone changed, and stops.</returns>
    public async Task<(IReadOnlyList<TopicPartitionOffset> Offsets, IReadOnlyList<Operation> Alongside)> FindAsync(CancellationToken cancellationToken)
    {
        var found = await hermes.GroupRecords.FindAsync(group, cancellationToken);
        if (found is not { Tombstone: { IsDeleted: true, RestoredAt: null } tombstone })
        {
            var committed = await hermes.WithKafkaAsync(kafka => kafka.CommittedAsync(group));
            return (committed, found is { } other ? [hermes.GroupRecords.Write(other.Tombstone, other.Version)] : []);
        }
        var now = TimeProvider.System.GetUtcNow();
        var kept = await hermes.WithKafkaAsync(kafka => new GroupRestorer(hermes.ZooKeeper, hermes.GroupRecords, kafka, hermes.Jobs, TimeProvider.System).RetainedAsync(tombstone));
        return (kept,
        [
            hermes.GroupRecords.Write(tombstone with { RestoredAt = now }, found.Value.Version),
            hermes.GroupRecords.Note(new(now, CommandContext.User, group, $"restored, {kept.Count} offsets committed: its subscription is created again and asks for them")),
        ]);
    }
}
