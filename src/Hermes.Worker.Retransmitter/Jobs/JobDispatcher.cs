using Hermes.Shared.Health;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Worker.Retransmitter.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>Watches the jobs, and gives each that has its turn a runner of its own. Level-triggered: it acts on what the tree
/// says, at each event and by time, so that no lost signal leaves a job behind (R6).</summary>
internal sealed partial class JobDispatcher(
    IZooKeeper zooKeeper, JobPaths paths, JobClient client, JobRunner runner, HermesSettings hermes, RetransmitterOptions options,
    RetransmitterMetrics metrics, ILogger<JobDispatcher> logger, TimeProvider clock, Heartbeats heartbeats) : BackgroundService
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstRetryPause = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    private sealed class Slot(Nudge nudge, Outage outage)
    {
        public Nudge Nudge => nudge;

        public Outage Outage => outage;

        public Task<bool>? Running { get; set; }

        public int Failures { get; set; }

        public long NotBefore { get; set; }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var heartbeat = heartbeats.Register("jobs", LongestSilence + options.LookInterval, Servers.ZooKeeper);
        try
        {
            await CreateFoldersAsync(heartbeat, stoppingToken);
            await using var tree = TreeView.Start(zooKeeper, paths.Jobs, new(), logger, clock);
            var table = new JobTable(tree, paths, hermes.Datacenter);
            var changes = tree.Subscribe();
            await tree.WhenCurrentAsync(stoppingToken);
            while (true)
            {
                heartbeat.Beat();
                await WhenSomethingMayBeDueAsync(changes, stoppingToken);
                while (changes.TryRead(out var change))
                {
                    if (paths.IdOf(change.Path) is { } id && _slots.TryGetValue(id, out var slot))
                        slot.Nudge.Give();
                }
                await LookAsync(table, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop: claims are given back, and others go on where we stood.
        }
        finally
        {
            await Task.WhenAll(_slots.Values.Select(s => s.Running ?? Task.FromResult(true)));
        }
    }

    private async Task CreateFoldersAsync(Heartbeat heartbeat, CancellationToken cancellationToken)
    {
        var outage = new Outage("The folders of jobs", logger, clock);
        while (true)
        {
            heartbeat.Beat();
            try
            {
                await client.CreateFoldersAsync(cancellationToken);
                outage.Works();
                return;
            }
            catch (Exception e) when (e is IOException or ZooKeeperException)
            {
                // E.g. an installation that has no root yet: it may still come.
                if (outage.Fails(e))
                    Log.DispatchFailed(logger, e, options.LongestRetryPause);
                await Task.Delay(options.LongestRetryPause, clock, cancellationToken);
            }
        }
    }

    private Task? _changed;

    private async Task WhenSomethingMayBeDueAsync(System.Threading.Channels.ChannelReader<TreeChange> changes, CancellationToken cancellationToken)
    {
        // Kept over a turn that the clock ended: the channel has one reader, and that one waits once.
        _changed ??= changes.WaitToReadAsync(CancellationToken.None).AsTask();
        var ended = _slots.Values.Select(s => s.Running).OfType<Task>();
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny([_changed, Task.Delay(options.LookInterval, clock, awake.Token), .. ended]);
        await awake.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (_changed.IsCompleted)
            _changed = null;
    }

    private async Task LookAsync(JobTable table, CancellationToken stoppingToken)
    {
        var jobs = table.Read();
        foreach (var (id, slot) in _slots.ToArray())
            await CloseAsync(id, slot, jobs.ContainsKey(id));
        foreach (var job in jobs.Values)
        {
            if (job.IsFinal)
                await ExpireAsync(job, stoppingToken);
            else if (!job.IsClaimed && (job.Phase is not JobPhases.Queued || JobTable.HasItsTurn(job, jobs.Values)))
                Start(job, JobTable.HasItsTurn(job, jobs.Values), stoppingToken);
        }
    }

    private void Start(JobEntry job, bool hasItsTurn, CancellationToken stoppingToken)
    {
        if (!_slots.TryGetValue(job.Id, out var slot))
            _slots[job.Id] = slot = new(new(), new($"Job {job.Id}", logger, clock));
        if (slot.Running is not null || clock.GetTimestamp() < slot.NotBefore)
            return;
        metrics.Working(+1);
        slot.Running = Task.Run(() => RunAsync(job, slot, hasItsTurn, stoppingToken), CancellationToken.None);
    }

    /// <returns>Whether it ended without a failure.</returns>
    private async Task<bool> RunAsync(JobEntry job, Slot slot, bool hasItsTurn, CancellationToken stoppingToken)
    {
        try
        {
            await runner.RunAsync(job.Id, hasItsTurn, slot.Nudge, stoppingToken);
            slot.Outage.Works();
            return true;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception e) // whatever it was, this job is tried again, and the others go on (invariant I7)
        {
            metrics.AttemptFailed();
            if (slot.Outage.Fails(e))
                Log.RunFailed(logger, e, job.Id);
            return false;
        }
    }

    private async Task CloseAsync(string id, Slot slot, bool isThere)
    {
        if (slot.Running is not { IsCompleted: true } ended)
            return;
        slot.Running = null;
        metrics.Working(-1);
        slot.Failures = await ended ? 0 : slot.Failures + 1;
        if (slot.Failures > 0)
        {
            var pause = RetryPause.After(slot.Failures, FirstRetryPause, options.LongestRetryPause);
            slot.NotBefore = clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency);
        }
        else if (!isThere || slot.Failures == 0)
        {
            _slots.Remove(id);
            slot.Nudge.Dispose();
        }
    }

    /// <summary>Deletes a job that was finished long ago; whoever is first.</summary>
    private async Task ExpireAsync(JobEntry job, CancellationToken cancellationToken)
    {
        if (job.IsClaimed || clock.GetUtcNow() - job.UpdatedAt < options.Retention)
            return;
        try
        {
            var wishes = new List<Operation>();
            foreach (var wish in new[] { paths.Cancel(job.Id), paths.Pause(job.Id) })
            {
                if (await zooKeeper.FindAsync(wish, cancellationToken) is not null)
                    wishes.Add(Operation.Delete(wish, NodeVersion.Any));
            }
            await zooKeeper.MultiAsync(
            [
                Operation.Delete(paths.Status(job.Id), NodeVersion.Any),
                .. wishes,
                Operation.Delete(paths.Job(job.Id), NodeVersion.Any),
            ], cancellationToken);
            Log.Expired(logger, job.Id, job.Phase, options.Retention);
        }
        catch (Exception e) when (e is IOException or ZooKeeperException)
        {
            Log.ExpiryFailed(logger, e, job.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.RunFailed, LogLevel.Warning, "An attempt at job {Job} ran into a failure; it is taken up again where it stands")]
        public static partial void RunFailed(ILogger logger, Exception exception, string job);

        [LoggerMessage(LogEvents.Expired, LogLevel.Information, "Job {Job} ({Phase}) is deleted: it was finished more than {Retention} ago")]
        public static partial void Expired(ILogger logger, string job, string? phase, TimeSpan retention);

        [LoggerMessage(LogEvents.ExpiryFailed, LogLevel.Debug, "The old job {Job} could not be deleted now; another worker may have been first")]
        public static partial void ExpiryFailed(ILogger logger, Exception exception, string job);

        [LoggerMessage(LogEvents.DispatchFailed, LogLevel.Warning, "The folders of jobs cannot be made; tried again in {Pause}")]
        public static partial void DispatchFailed(ILogger logger, Exception exception, TimeSpan pause);
    }
}
