using System.Diagnostics.Metrics;
using Hermes.Worker.Consumer.Assignments;

namespace Hermes.Worker.Consumer.Telemetry;

/// <summary>The names of this worker's metrics.</summary>
internal sealed class ConsumerMetrics
{
    public const string Name = "Hermes.Consumer";

    private readonly Counter<long> _commits;
    private readonly Counter<long> _commitFailures;
    private readonly Counter<long> _discarded;
    private readonly Counter<long> _unsupported;
    private readonly UpDownCounter<long> _serving;
    private readonly UpDownCounter<long> _leading;
    private readonly Counter<long> _assignments;

    public ConsumerMetrics(IMeterFactory meters, LiveRuns live)
    {
        var meter = meters.Create(Name);
        _commits = meter.CreateCounter<long>("hermes.consumer.commits", "{commit}", "Partitions whose offset was committed.");
        _commitFailures = meter.CreateCounter<long>("hermes.consumer.commit.failures", "{commit}", "Partitions whose commit was refused; it is kept and tried again.");
        _discarded = meter.CreateCounter<long>("hermes.consumer.records.discarded", "{record}", "Records that could not be read.");
        _unsupported = meter.CreateCounter<long>("hermes.consumer.subscriptions.unsupported", "{subscription}", "Subscriptions that ask for what is not served.");
        meter.CreateObservableGauge("hermes.consumer.lag",
            () => live.All.Select(r => new Measurement<long>(r.Lag, new KeyValuePair<string, object?>("hermes.subscription", r.Subscription.Name.ToString()))),
            "{record}", "Records of this worker's partitions that are not committed yet, as of some seconds ago.");
        _serving = meter.CreateUpDownCounter<long>("hermes.consumer.subscriptions.serving", "{subscription}", "Subscriptions that this worker serves now.");
        _leading = meter.CreateUpDownCounter<long>("hermes.consumer.fleet.leading", "{leader}", "1 while this worker leads the fleet.");
        _assignments = meter.CreateCounter<long>("hermes.consumer.fleet.assignments", "{assignment}", "Assignments that this worker as the leader gave and took.");
    }

    public void Committed(int partitions) => _commits.Add(partitions);

    public void CommitFailed() => _commitFailures.Add(1);

    public void Discarded(string subscription) => _discarded.Add(1, new KeyValuePair<string, object?>("subscription", subscription));

    public void Unsupported(string subscription) => _unsupported.Add(1, new KeyValuePair<string, object?>("subscription", subscription));

    public void Serving(int change) => _serving.Add(change);

    public void Leading(int change) => _leading.Add(change);

    public void Balanced(int given, int taken)
    {
        _assignments.Add(given, new KeyValuePair<string, object?>("change", "given"));
        _assignments.Add(taken, new KeyValuePair<string, object?>("change", "taken"));
    }
}
