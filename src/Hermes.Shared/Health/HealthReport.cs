namespace Hermes.Shared.Health;

/// <summary>The health of a process at one moment, in the three senses that a supervisor asks for.</summary>
/// <param name="ZooKeeper">The ensemble.</param>
/// <param name="Kafka">The brokers.</param>
/// <param name="Checks">What else the worker needs, each with what it lacks.</param>
/// <param name="Loops">Every loop.</param>
/// <param name="IsRunning">Whether every part was started.</param>
/// <param name="IsStopping">Whether it was asked to stop.</param>
internal sealed record HealthReport(
    ServerState ZooKeeper, ServerState Kafka, IReadOnlyList<(string Name, string? Fault)> Checks, IReadOnlyList<LoopState> Loops, bool IsRunning, bool IsStopping)
{
    /// <summary>Whether it has started completely, once.</summary>
    public bool HasStarted { get; init; }

    /// <summary>No loop is stuck. Servers do not count: to start the process anew would not bring them back.</summary>
    public IReadOnlyList<string> LiveFaults =>
        [.. Loops.Where(l => !l.IsAlive).Select(l => $"loop {l.Name} {l.Note}: silent for {l.Silence.TotalSeconds:0.#} s, {l.LongestSilence.TotalSeconds:0.#} s at most")];

    /// <summary>Alive, and with all that it needs to do its work now.</summary>
    public IReadOnlyList<string> ReadyFaults =>
    [
        .. LiveFaults,
        .. IsStopping ? ["the process is stopping"] : Array.Empty<string>(),
        .. IsRunning ? Array.Empty<string>() : ["the process is starting"],
        .. ZooKeeper.IsUp ? Array.Empty<string>() : [$"ZooKeeper: {ZooKeeper.Detail}"],
        .. Kafka.IsUp ? Array.Empty<string>() : [$"Kafka: {Kafka.Detail}"],
        .. Checks.Where(c => c.Fault is not null).Select(c => $"{c.Name}: {c.Fault}"),
    ];

    /// <summary>What it has not had yet, since its start.</summary>
    public IReadOnlyList<string> StartFaults =>
    [
        .. IsRunning ? Array.Empty<string>() : ["the process is starting"],
        .. ZooKeeper.WasUp ? Array.Empty<string>() : [$"ZooKeeper: {ZooKeeper.Detail}"],
        .. Kafka.WasUp ? Array.Empty<string>() : [$"Kafka: {Kafka.Detail}"],
        .. Checks.Where(c => c.Fault is not null).Select(c => $"{c.Name}: {c.Fault}"),
    ];
}
