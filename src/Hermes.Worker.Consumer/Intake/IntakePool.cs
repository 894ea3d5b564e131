using Hermes.Intake;
using Hermes.Intake.Contents;
using Hermes.Shared.Health;
using Hermes.Worker.Consumer.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Intake;

/// <summary>The intake threads, and how subscriptions are spread over them.</summary>
internal sealed class IntakePool(
    ConsumerOptions options, RecordReaders readers, ConsumerMetrics metrics, ContentMetrics contents, ILoggerFactory loggers, TimeProvider clock,
    Heartbeats heartbeats) : IDisposable
{
    // A start, or a stop, with many subscriptions does not wait for each in turn.
    private const int AtOnce = 16;
    private readonly IntakeThreads _threads = new(options.IntakeThreads, loggers, clock, heartbeats);
    private readonly BrokerWaits _starting = new(AtOnce);
    private readonly BrokerWaits _closing = new(AtOnce);
    private readonly ReadAheadBudget _readAhead = new(options.ReadAheadKilobytesInProcess);
    private readonly ILogger _logger = loggers.CreateLogger<SubscriptionIntake>();

    /// <summary>Makes the readers of records.</summary>
    public RecordReaders Readers => readers;

    public SubscriptionIntake Create(IntakeSpec spec, RecordReader reader) =>
        new(spec, new(spec.Name, reader, contents, _logger, clock), options, _readAhead, _starting, metrics, _logger, clock);

    /// <summary>The thread with the fewest intakes.</summary>
    public IntakeThread Quietest => _threads.Quietest;

    /// <summary>Leaves the group, on a thread of its own: it waits for the broker.</summary>
    public Task CloseAsync(SubscriptionIntake intake) => _closing.RunAsync(
        () =>
        {
            intake.Dispose();
            return true;
        },
        CancellationToken.None);

    public void Dispose()
    {
        _threads.Dispose();
        _starting.Dispose();
        _closing.Dispose();
    }
}
