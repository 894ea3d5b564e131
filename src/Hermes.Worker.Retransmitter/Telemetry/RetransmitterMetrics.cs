using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hermes.Delivery;

namespace Hermes.Worker.Retransmitter.Telemetry;

/// <summary>The names of this worker's metrics.</summary>
internal sealed class RetransmitterMetrics
{
    public const string Name = "Hermes.Retransmitter";

    private readonly Counter<long> _ended;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _moved;
    private readonly Counter<long> _replayed;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _working;

    public RetransmitterMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _ended = meter.CreateCounter<long>("hermes.retransmitter.jobs.ended", "{job}", "Jobs that came to an end here, by phase.");
        _failures = meter.CreateCounter<long>("hermes.retransmitter.attempts.failed", "{attempt}", "Attempts at a job that ran into a failure; it is tried again.");
        _moved = meter.CreateCounter<long>("hermes.retransmitter.partitions.moved", "{partition}", "Partitions proven to be moved, by proof.");
        _replayed = meter.CreateCounter<long>("hermes.retransmitter.messages.replayed", "{message}", "Messages of replays that came to an end, by kind.");
        _duration = meter.CreateHistogram<double>("hermes.retransmitter.job.duration", "s", "From a job's creation to its end.");
        _working = meter.CreateUpDownCounter<long>("hermes.retransmitter.jobs.working", "{job}", "Jobs that this worker works on now.");
    }

    public static ActivitySource Source { get; } = new(Name);

    public void Ended(string phase, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("phase", phase);
        _ended.Add(1, tag);
        _duration.Record(duration.TotalSeconds, tag);
    }

    public void AttemptFailed() => _failures.Add(1);

    public void Moved(string proof, int partitions) => _moved.Add(partitions, new KeyValuePair<string, object?>("proof", proof));

    public void Replayed(SettlementKind kind) => _replayed.Add(1, new KeyValuePair<string, object?>("kind", kind switch
    {
        SettlementKind.Delivered => "delivered",
        SettlementKind.Filtered => "filtered",
        _ => "discarded",
    }));

    public void Working(int change) => _working.Add(change);
}
