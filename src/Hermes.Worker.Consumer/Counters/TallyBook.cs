using System.Collections.Concurrent;
using Hermes.Shared.Registry;

namespace Hermes.Worker.Consumer.Counters;

/// <summary>The tallies of all that is and was served, until they are told.</summary>
internal sealed class TallyBook
{
    private readonly ConcurrentDictionary<SettlementTally, byte> _tallies = new();

    public IEnumerable<SettlementTally> All => _tallies.Keys;

    public SettlementTally Open(RegisteredSubscription subscription)
    {
        var tally = new SettlementTally(subscription);
        _tallies[tally] = 0;
        return tally;
    }

    public void Remove(SettlementTally tally) => _tallies.TryRemove(tally, out _);
}
