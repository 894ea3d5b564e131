namespace Hermes.Shared.Hosting;

/// <summary>What kind of worker a process is.</summary>
/// <param name="Name">Its name in metrics and traces, e.g. <c>hermes-janitor</c>.</param>
/// <param name="StatusPort">The port of its status pages, where none is set.</param>
/// <param name="IsHermesConsumer">Whether it shows metrics by the names of Hermes's consumers: what a replay delivers is none of theirs.</param>
public sealed record WorkerRole(string Name, int StatusPort, bool IsHermesConsumer = false);
