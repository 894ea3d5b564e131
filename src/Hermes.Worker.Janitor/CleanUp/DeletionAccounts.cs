using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Hosting;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>The account of a deletion: the tombstone says that it is done, and the history has a line.</summary>
internal sealed class DeletionAccounts(GroupRecords records, TimeProvider clock)
{
    /// <summary>What is to be written.</summary>
    /// <param name="tombstone">What was written before the deletion.</param>
    /// <param name="version">The version of its node.</param>
    public IReadOnlyList<Operation> Of(Tombstone tombstone, int version)
    {
        var account = $"{(tombstone.Topic is { } topic ? $"its offsets of {topic} deleted" : "deleted")}: {tombstone.Reason}; {tombstone.Offsets.Count} offsets kept";
        return [records.Write(tombstone with { IsDeleted = true }, version), records.Note(new(clock.GetUtcNow(), WorkerHost.Worker, tombstone.Group, account))];
    }
}
