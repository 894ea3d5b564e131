using Hermes.Shared.Health;
using Microsoft.Extensions.Logging;

namespace Hermes.Intake;

/// <summary>The few threads of a process that read from Kafka, and how intakes are spread over them.</summary>
public sealed class IntakeThreads : IDisposable
{
    private readonly IntakeThread[] _threads;

    /// <summary>Starts them.</summary>
    public IntakeThreads(int count, ILoggerFactory loggers, TimeProvider clock, Heartbeats? heartbeats = null) =>
        _threads = [.. Enumerable.Range(1, count).Select(n => new IntakeThread(n, loggers.CreateLogger<IntakeThread>(), clock, heartbeats))];

    /// <summary>The thread with the fewest intakes.</summary>
    public IntakeThread Quietest => _threads.MinBy(t => t.Load)!;

    /// <summary>Ends the threads; their intakes are no longer served.</summary>
    public void Dispose()
    {
        foreach (var thread in _threads)
            thread.Dispose();
    }
}
