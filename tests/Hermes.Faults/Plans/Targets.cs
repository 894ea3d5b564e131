namespace Hermes.Faults.Plans;

/// <summary>What a fault can meet.</summary>
internal static class Targets
{
    public const string Broker = "kafka";
    public const string Endpoint = "endpoint";
    public const string Schemas = "schemas";

    /// <summary>The fleet.</summary>
    public static IReadOnlyList<string> Workers { get; } = ["consumer-1", "consumer-2", "retransmitter-1", "retransmitter-2", "janitor-1", "janitor-2"];

    /// <summary>The servers of the ensemble.</summary>
    public static IReadOnlyList<string> ZooKeeper { get; } = ["zookeeper-1", "zookeeper-2", "zookeeper-3"];

    /// <summary>Services that links go to.</summary>
    public static IReadOnlyList<string> Services { get; } = ["zookeeper", Broker, Endpoint, Schemas];

    /// <summary>The links: <c>worker/service</c>. Janitors read and deliver nothing.</summary>
    public static IReadOnlyList<string> Links { get; } =
    [
        .. Workers.SelectMany(worker => Services.Where(service => !worker.StartsWith("janitor", StringComparison.Ordinal) || service is not (Endpoint or Schemas)), (worker, service) => $"{worker}/{service}"),
    ];

    /// <summary>What may meet such a fault.</summary>
    public static IReadOnlyList<string> Of(FaultKind kind) => kind switch
    {
        FaultKind.Kill or FaultKind.Freeze => [.. Workers, .. ZooKeeper, Broker],
        FaultKind.Stop or FaultKind.Ahead or FaultKind.Behind => Workers,
        FaultKind.Cut or FaultKind.Stall or FaultKind.Slow => Links,
        FaultKind.Refuse or FaultKind.Hang => [Endpoint, Schemas],
        FaultKind.Fill => [Broker, .. ZooKeeper],
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of fault."),
    };
}
