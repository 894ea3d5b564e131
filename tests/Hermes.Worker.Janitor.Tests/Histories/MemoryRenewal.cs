using Hermes.Worker.Janitor.KeepAlive;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>Commits the offsets of a group in memory again, where it has no members.</summary>
internal sealed class MemoryRenewal(MemoryBroker broker, Edge edge) : IOffsetRenewal
{
    public Task<bool> RenewAsync(string group) => Task.FromResult(edge.Call($"renew {group}", () =>
    {
        if (broker.Members(group) > 0 || !broker.Groups.TryGetValue(group, out var found))
            return false;
        foreach (var (topic, offset) in found.Offsets.ToList())
            broker.Commit(group, topic, offset);
        return true;
    }));
}
