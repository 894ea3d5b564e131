using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Hosting;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>Carries out Hermes's clean-up tasks: each by itself, so that none holds up another (C1), for as long as it takes (C8).</summary>
internal sealed partial class TaskDuty(
    IZooKeeper zooKeeper, HermesPaths hermes, JanitorPaths paths, GroupRecords records, Deletables deletables, GroupDeletion deletion, ServerClock server, HermesSettings settings, JanitorOptions options,
    JanitorMetrics metrics, ILogger<TaskDuty> logger, TimeProvider clock)
{
    private static readonly TimeSpan FirstRetryPause = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, (int Failures, long NotBefore)> _pauses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _firstSeen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _noted = new(StringComparer.Ordinal);

    /// <summary>Looks at all tasks once.</summary>
    public async Task RunAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        var tasks = (await zooKeeper.TryGetChildrenAsync(paths.Tasks, cancellationToken))?.Names ?? [];
        foreach (var gone in _firstSeen.Keys.Except(tasks).ToList())
        {
            _firstSeen.Remove(gone);
            _pauses.Remove(gone);
        }
        foreach (var gone in _noted.Keys.Except(tasks).ToList())
            _noted.Remove(gone);
        if (tasks.Count == 0)
        {
            metrics.Waiting(0, 0, TimeSpan.Zero);
            return;
        }
        // The age of a task is by ZooKeeper's clock alone: requestedAt is by that of whoever wrote it (C5, C12).
        var now = await server.NowAsync(cancellationToken);
        var ages = new List<TimeSpan>();
        var due = new List<DueTask>();
        foreach (var name in tasks)
        {
            if (await TryAsync(name, TimeSpan.Zero, () => LookAsync(term, name, now, due, cancellationToken)) is { } age)
                ages.Add(age);
        }
        await deletion.RunAsync(term, [.. due.Select(d => d.Deletion)], now, cancellationToken);
        foreach (var task in due)
        {
            if (await TryAsync(task.Name, task.Age, () => SettleAsync(term, task, cancellationToken)) is { } age)
                ages.Add(age);
        }
        metrics.Waiting(ages.Count, ages.Count(a => a > options.TaskAlarmAge), ages.DefaultIfEmpty().Max());
    }

    /// <summary>Has one task go on, whatever became of the others (C1).</summary>
    /// <returns>The age of a task that is still to be done.</returns>
    private async Task<TimeSpan?> TryAsync(string name, TimeSpan age, Func<Task<TimeSpan?>> work)
    {
        try
        {
            return await work();
        }
        catch (MultiFailedException e) when (e.Index > 0)
        {
            return TimeSpan.Zero; // asked for anew, or withdrawn, meanwhile (C10): looked at next time
        }
        catch (Exception e) when (e is not OperationCanceledException and not MultiFailedException)
        {
            Pause(name);
            metrics.TaskFailed();
            Log.Failed(logger, e, name);
            return age;
        }
    }

    /// <summary>Reads a task, and adds it to those that are due, if it is.</summary>
    /// <returns>The age of one that waits.</returns>
    private async Task<TimeSpan?> LookAsync(LeadershipTerm term, string name, DateTimeOffset now, List<DueTask> due, CancellationToken cancellationToken)
    {
        if (await zooKeeper.TryGetAsync($"{paths.Tasks}/{name}", cancellationToken) is not { } node)
            return null;
        var age = Age(name, now - node.Stat.ModifiedAt);
        if (age < options.TaskDelay || (_pauses.TryGetValue(name, out var pause) && clock.GetTimestamp() < pause.NotBefore))
            return age;
        CleanUpTask task;
        try
        {
            task = CleanUpTask.Read(name, node.Data);
        }
        catch (InvalidDataException e)
        {
            metrics.TaskMalformed();
            return await WaitAsync(term, name, age, $"it cannot be understood, and is kept: {e.Message}", cancellationToken);
        }
        if (task.Datacenter != settings.Datacenter)
        {
            metrics.Spared("datacenter");
            return await WaitAsync(term, name, age, _named.Add(name)
                ? $"it is for datacenter '{task.Datacenter}', while this one is '{settings.Datacenter}' (Hermes:Datacenter)"
                : "it is for another datacenter", cancellationToken);
        }
        var end = Operation.Delete($"{paths.Tasks}/{name}", node.Stat.Version);
        due.Add(new(name, age, task.Subscription, end, new(deletables.Of(task.Subscription), expected: null, "its subscription was removed", [end])));
        return null;
    }

    /// <returns>The age of a task that is still to be done.</returns>
    private async Task<TimeSpan?> SettleAsync(LeadershipTerm term, DueTask task, CancellationToken cancellationToken)
    {
        switch (task.Deletion.Result())
        {
            case DeletionOutcome.SubscriptionIsBack:
                // In one stroke: the task goes only while the subscription is there (C2).
                await zooKeeper.MultiAsync(
                [
                    term.Guard, Operation.Check(hermes.Subscription(task.Subscription), NodeVersion.Any), task.End,
                    records.Note(new(clock.GetUtcNow(), WorkerHost.Worker, task.Deletion.What.Group, "spared: its subscription is there again, and the task is withdrawn")),
                ], cancellationToken);
                metrics.Spared(DeletionOutcome.SubscriptionIsBack.Reason);
                Log.Withdrawn(logger, task.Name);
                break;
            case DeletionOutcome.Deleted or DeletionOutcome.Absent:
                Log.Done(logger, task.Name);
                break;
            case var hindered:
                metrics.Spared(hindered.Reason);
                return await WaitAsync(term, task.Name, task.Age, hindered.Words, cancellationToken);
        }
        _pauses.Remove(task.Name);
        return null;
    }

    private async Task<TimeSpan?> WaitAsync(LeadershipTerm term, string name, TimeSpan age, string obstacle, CancellationToken cancellationToken)
    {
        Pause(name);
        await NoteAsync(term, name, obstacle, cancellationToken);
        if (age > options.TaskAlarmAge)
            Log.Old(logger, name, age, obstacle);
        else
            Log.Waits(logger, name, obstacle);
        return age;
    }

    /// <summary>The audit has each obstacle of a task once, and not each attempt.</summary>
    private async Task NoteAsync(LeadershipTerm term, string name, string obstacle, CancellationToken cancellationToken)
    {
        if (_noted.TryGetValue(name, out var noted) && noted == obstacle)
            return;
        await zooKeeper.MultiAsync([term.Guard, records.Note(new(clock.GetUtcNow(), WorkerHost.Worker, name, $"spared for now: {obstacle}"))], cancellationToken);
        _noted[name] = obstacle;
    }

    /// <summary>At least what we have seen of it: where ZooKeeper's clock was set back, a task must not wait for its own time.</summary>
    private TimeSpan Age(string name, TimeSpan byServer)
    {
        if (!_firstSeen.TryGetValue(name, out var seen))
            _firstSeen[name] = seen = clock.GetTimestamp();
        return clock.GetElapsedTime(seen) is var here && here > byServer ? here : byServer;
    }

    private void Pause(string name)
    {
        var failures = _pauses.GetValueOrDefault(name).Failures + 1;
        var pause = RetryPause.After(failures, FirstRetryPause, options.LongestRetryPause);
        _pauses[name] = (failures, clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency));
    }

    private sealed record DueTask(string Name, TimeSpan Age, SubscriptionName Subscription, Operation End, Deletion Deletion);

    private static partial class Log
    {
        [LoggerMessage(LogEvents.TaskDone, LogLevel.Information, "Task {Task} is done: its group is gone")]
        public static partial void Done(ILogger logger, string task);

        [LoggerMessage(LogEvents.TaskWithdrawn, LogLevel.Information, "Task {Task} is withdrawn: its subscription is there again")]
        public static partial void Withdrawn(ILogger logger, string task);

        [LoggerMessage(LogEvents.TaskWaits, LogLevel.Information, "Task {Task} waits: {Obstacle}")]
        public static partial void Waits(ILogger logger, string task, string obstacle);

        [LoggerMessage(LogEvents.TaskOld, LogLevel.Error, "Task {Task} has waited for {Age}: {Obstacle}. It is kept, and tried again")]
        public static partial void Old(ILogger logger, string task, TimeSpan age, string obstacle);

        [LoggerMessage(LogEvents.TaskFailed, LogLevel.Warning, "Task {Task} ran into a failure; it is kept, and tried again")]
        public static partial void Failed(ILogger logger, Exception exception, string task);
    }
}
