using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Hosting;
using Hermes.Shared.Registry;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>Carries out Hermes's clean-up tasks: each by itself, so that none holds up another (C1), for as long as it takes (C8).</summary>
internal sealed partial class TaskDuty(
    IZooKeeper zooKeeper, HermesPaths hermes, JanitorPaths paths, GroupDeletion deletion, ServerClock server, HermesSettings settings, JanitorOptions options,
    JanitorMetrics metrics, ILogger<TaskDuty> logger, TimeProvider clock)
{
    private static readonly TimeSpan FirstRetryPause = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, (int Failures, long NotBefore)> _pauses = new(StringComparer.Ordinal);
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);

    /// <summary>Looks at all tasks once.</summary>
    public async Task RunAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        var tasks = (await zooKeeper.TryGetChildrenAsync(paths.Tasks, cancellationToken))?.Names ?? [];
        foreach (var gone in _pauses.Keys.Except(tasks).ToList())
            _pauses.Remove(gone);
        if (tasks.Count == 0)
        {
            metrics.Waiting(0, TimeSpan.Zero);
            return;
        }
        // The age of a task is by ZooKeeper's clock alone: requestedAt is by that of whoever wrote it (C5, C12).
        var now = await server.NowAsync(cancellationToken);
        var (waiting, oldest) = (0, TimeSpan.Zero);
        foreach (var name in tasks)
        {
            if (await TryAsync(term, name, now, cancellationToken) is { } age)
                (waiting, oldest) = (waiting + 1, age > oldest ? age : oldest);
        }
        metrics.Waiting(waiting, oldest);
    }

    /// <returns>The age of a task that is still to be done.</returns>
    private async Task<TimeSpan?> TryAsync(LeadershipTerm term, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            if (await zooKeeper.TryGetAsync($"{paths.Tasks}/{name}", cancellationToken) is not { } node)
                return null;
            var age = now - node.Stat.ModifiedAt;
            if (age < options.TaskDelay || (_pauses.TryGetValue(name, out var pause) && clock.GetTimestamp() < pause.NotBefore))
                return age;
            if (await DoAsync(term, name, node, now, cancellationToken) is { } obstacle)
            {
                Pause(name);
                if (age > options.TaskAlarmAge)
                    Log.Old(logger, name, age, obstacle);
                else
                    Log.Waits(logger, name, obstacle);
                return age;
            }
            _pauses.Remove(name);
            return null;
        }
        catch (MultiFailedException e) when (e.Index > 0)
        {
            return TimeSpan.Zero; // asked for anew, or withdrawn, meanwhile (C10): looked at next time
        }
        catch (Exception e) when (e is not OperationCanceledException and not MultiFailedException) // the others go on (C1)
        {
            Pause(name);
            metrics.TaskFailed();
            Log.Failed(logger, e, name);
            return TimeSpan.Zero;
        }
    }

    /// <returns>What stands in the way; <see langword="null"/>: the task is done.</returns>
    private async Task<string?> DoAsync(LeadershipTerm term, string name, NodeData node, DateTimeOffset now, CancellationToken cancellationToken)
    {
        CleanUpTask task;
        try
        {
            task = CleanUpTask.Read(name, node.Data);
        }
        catch (InvalidDataException e)
        {
            metrics.TaskMalformed();
            return $"it cannot be understood, and is kept: {e.Message}";
        }
        if (task.Datacenter != settings.Datacenter)
            return _named.Add(name) ? $"it is for datacenter '{task.Datacenter}', while this one is '{settings.Datacenter}' (Hermes:Datacenter)" : "it is for another datacenter";
        var end = Operation.Delete($"{paths.Tasks}/{name}", node.Stat.Version);
        switch (await deletion.RunAsync(term, task.Subscription, "its subscription was removed", now, [end], cancellationToken))
        {
            case DeletionOutcome.SubscriptionIsBack:
                // In one stroke: the task goes only while the subscription is there (C2).
                await zooKeeper.MultiAsync([term.Guard, Operation.Check(hermes.Subscription(task.Subscription), NodeVersion.Any), end], cancellationToken);
                metrics.Spared("subscription");
                Log.Withdrawn(logger, name);
                return null;
            case DeletionOutcome.NotEmpty:
                metrics.Spared("members");
                return "its group has members";
            case DeletionOutcome.Moved:
                metrics.Spared("movement");
                return "its group's offsets have just moved";
            case DeletionOutcome.Retransmitted:
                metrics.Spared("retransmission");
                return "a retransmission job has its group in its hands";
            default:
                Log.Done(logger, name);
                return null;
        }
    }

    private void Pause(string name)
    {
        var failures = _pauses.GetValueOrDefault(name).Failures + 1;
        var pause = RetryPause.After(failures, FirstRetryPause, options.LongestRetryPause);
        _pauses[name] = (failures, clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency));
    }

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
