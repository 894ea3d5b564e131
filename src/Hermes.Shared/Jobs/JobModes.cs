namespace Hermes.Shared.Jobs;

/// <summary>The ways to retransmit.</summary>
public static class JobModes
{
    /// <summary>The subscription's own offsets are moved.</summary>
    public const string Rewind = "rewind";
}
