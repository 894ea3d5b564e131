namespace Hermes.Delivery;

/// <summary>Who is told that a message's offset may count as processed: the ledger of the consumer.</summary>
public interface ISettlements
{
    /// <summary>
    /// Called once for each accepted message that came to an end, on any thread, several at once. It must be quick and must not
    /// throw. It is not called for messages that were abandoned or let go; a call that began before the abandonment may still be running.
    /// </summary>
    void Settled(Message message, Settlement settlement);

    /// <summary>
    /// Called for a broadcast message which a target has taken while others have not, so that the next owner of its partition need not
    /// send it there again. As quick as the other; whoever does not remember repeats it.
    /// </summary>
    /// <param name="message">The message; it is not settled.</param>
    /// <param name="target">The target's mark: for <see cref="Message.ReachedBefore"/>.</param>
    void Reached(Message message, ulong target)
    {
    }
}
