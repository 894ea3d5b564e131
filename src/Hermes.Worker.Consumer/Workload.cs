namespace Hermes.Worker.Consumer;

/// <summary>Which subscriptions a worker serves.</summary>
public enum Workload
{
    /// <summary>Those that the fleet's leader assigns to it: Hermes's protocol.</summary>
    Assigned,

    /// <summary>All. The worker is no member of the fleet; workers share partitions through the subscriptions' groups alone.</summary>
    All,
}
