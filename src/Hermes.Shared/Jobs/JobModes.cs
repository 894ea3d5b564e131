namespace Hermes.Shared.Jobs;

/// <summary>The ways to retransmit.</summary>
public static class JobModes
{
    /// <summary>The subscription's own offsets are moved; its consumers deliver from there on.</summary>
    public const string Rewind = "rewind";

    /// <summary>A closed range is delivered beside the live traffic by the retransmitter itself; the group's offsets stay.</summary>
    public const string Replay = "replay";
}
