using Hermes.Delivery;

namespace Hermes.Worker.Consumer.Counters;

/// <summary>Passes settlements on, and counts them.</summary>
internal sealed class TalliedSettlements(ISettlements next, SettlementTally tally, TimeProvider clock) : ISettlements
{
    public void Settled(Message message, Settlement settlement)
    {
        tally.Add(message, settlement, settlement.Kind is SettlementKind.Discarded ? clock.GetUtcNow() : default); // first: then its body may be anything
        next.Settled(message, settlement);
    }

    public void Reached(Message message, ulong target) => next.Reached(message, target);
}
