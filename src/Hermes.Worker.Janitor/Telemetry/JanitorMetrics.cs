using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Hermes.Worker.Janitor.Telemetry;

/// <summary>The names of this worker's metrics.</summary>
internal sealed class JanitorMetrics
{
    public const string Name = "Hermes.Janitor";

    private readonly Counter<long> _deleted;
    private readonly Counter<long> _restored;
    private readonly Counter<long> _spared;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _malformed;
    private readonly Counter<long> _runsFailed;
    private readonly Counter<long> _keptAlive;
    private readonly Counter<long> _looked;
    private readonly TimeProvider _clock;
    private Tasks _tasks = new(0, 0, TimeSpan.Zero, 0);
    private long _candidates;
    private long _ripe;

    public JanitorMetrics(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        var meter = meters.Create(Name);
        _deleted = meter.CreateCounter<long>("hermes.janitor.groups.deleted", "{group}", "Consumer groups that were deleted, and offsets that a group had left behind, by what it was.");
        _restored = meter.CreateCounter<long>("hermes.janitor.groups.restored", "{group}", "Consumer groups that got their offsets back by themselves.");
        _spared = meter.CreateCounter<long>("hermes.janitor.groups.spared", "{group}", "Times that a group was to be deleted and was not, by reason.");
        _failed = meter.CreateCounter<long>("hermes.janitor.tasks.failed", "{task}", "Attempts at a task that ran into a failure; it is tried again.");
        _malformed = meter.CreateCounter<long>("hermes.janitor.tasks.malformed", "{task}", "Looks at tasks that cannot be understood; they are kept.");
        _runsFailed = meter.CreateCounter<long>("hermes.janitor.runs.failed", "{run}", "Runs of a duty that ended in a failure, or were refused.");
        _keptAlive = meter.CreateCounter<long>("hermes.janitor.groups.kept_alive", "{group}", "Times that a resting group's offsets were committed again.");
        _looked = meter.CreateCounter<long>("hermes.janitor.groups.looked_at", "{group}", "Times that a group was looked at, by what was found.");
        meter.CreateObservableGauge("hermes.janitor.tasks.waiting", () => Volatile.Read(ref _tasks).Waiting, "{task}", "Tasks that are still to be done.");
        meter.CreateObservableGauge("hermes.janitor.tasks.overdue", () => Volatile.Read(ref _tasks).Overdue, "{task}", "Those of them that are older than Janitor:TaskAlarmAge: an alarm.");
        meter.CreateObservableGauge("hermes.janitor.tasks.oldest_age", OldestAge, "s", "The age of the oldest of them.");
        meter.CreateObservableGauge("hermes.janitor.groups.candidates", () => Interlocked.Read(ref _candidates), "{group}", "Groups that look abandoned.");
        meter.CreateObservableGauge("hermes.janitor.groups.ripe", () => Interlocked.Read(ref _ripe), "{group}", "Those of them that have been so for long enough.");
    }

    public static ActivitySource Source { get; } = new(Name);

    public void Deleted(string what) => _deleted.Add(1, new KeyValuePair<string, object?>("what", what));

    public void LookedAt(string found, int groups) => _looked.Add(groups, new KeyValuePair<string, object?>("found", found));

    public void Restored() => _restored.Add(1);

    public void Spared(string reason) => _spared.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void KeptAlive() => _keptAlive.Add(1);

    public void TaskFailed() => _failed.Add(1);

    public void TaskMalformed() => _malformed.Add(1);

    public void RunFailed() => _runsFailed.Add(1);

    public void Inactive(int candidates, int ripe)
    {
        Interlocked.Exchange(ref _candidates, candidates);
        Interlocked.Exchange(ref _ripe, ripe);
    }

    public void Waiting(int tasks, int overdue, TimeSpan oldest) => Volatile.Write(ref _tasks, new(tasks, overdue, oldest, _clock.GetTimestamp()));

    // It goes on growing while looks fail.
    private double OldestAge() => Volatile.Read(ref _tasks) is { Waiting: > 0 } tasks ? (tasks.Oldest + _clock.GetElapsedTime(tasks.SeenAt)).TotalSeconds : 0;

    private sealed record Tasks(int Waiting, int Overdue, TimeSpan Oldest, long SeenAt);
}
