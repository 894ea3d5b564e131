namespace Hermes.Delivery;

/// <summary>Whether a delivery takes a message.</summary>
public enum Acceptance
{
    /// <summary>It has it.</summary>
    Taken,

    /// <summary>It has no room for any.</summary>
    Full,

    /// <summary>It has no room behind the messages that have to go before this one, but may have for others.</summary>
    LaneFull,
}
