namespace Hermes.Shared.Health;

/// <summary>A server, or an ensemble of them, as this process sees it.</summary>
/// <param name="IsUp">Whether it answers.</param>
/// <param name="WasUp">Whether it ever did.</param>
/// <param name="Detail">What is known: the session's state, the last failure.</param>
public sealed record ServerState(bool IsUp, bool WasUp, string Detail)
{
    /// <summary>Before the first look.</summary>
    public static ServerState Unknown { get; } = new(false, false, "not asked yet");
}
