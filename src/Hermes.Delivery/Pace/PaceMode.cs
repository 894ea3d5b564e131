namespace Hermes.Delivery.Pace;

/// <summary>How a subscription is sent to, by what its endpoint answers: Hermes's three modes.</summary>
internal enum PaceMode
{
    /// <summary>At the full rate, or at what the endpoint is seen to take.</summary>
    Normal,

    /// <summary>Most attempts failed: a few probes a second, and quickly more as they succeed.</summary>
    Slow,

    /// <summary>All probes failed for a while: one a second.</summary>
    Heartbeat,
}
