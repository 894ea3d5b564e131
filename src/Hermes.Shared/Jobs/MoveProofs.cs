namespace Hermes.Shared.Jobs;

/// <summary>What proves that a partition was moved.</summary>
public static class MoveProofs
{
    /// <summary>The consumer that owns it has committed the target in its group's present generation, and acknowledged the order.</summary>
    public const string Acknowledged = "acknowledged";

    /// <summary>The broker has accepted the group's new offset while the group had no members.</summary>
    public const string Altered = "altered";

    /// <summary>The group has committed the target, or what follows it, after a consumer of Hermes was commanded by Hermes's own
    /// offset nodes.</summary>
    public const string Committed = "committed";
}
