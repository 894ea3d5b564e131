namespace Hermes.Delivery;

/// <summary>Who is told that a message's offset may count as processed: the ledger of the consumer.</summary>
public interface ISettlements
{
    /// <summary>
    /// Called once for each accepted message that came to an end, on any thread, several at once. It must be quick and must not
    /// throw. It is not called for messages that were abandoned or let go; a call that began before the abandonment may still be running.
    /// </summary>
    void Settled(Message message, Settlement settlement);
}
