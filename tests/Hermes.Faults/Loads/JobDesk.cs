using Hermes.Faults.Accounts;
using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Testing.Installations;
using Hermes.ZooKeeper;

namespace Hermes.Faults.Loads;

/// <summary>Asks for retransmissions of both modes, and sees how they end.</summary>
internal sealed class JobDesk(HermesInstallation hermes, RunClock clock, int seed)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(300);
    private readonly Random _dice = new(seed);
    private readonly JobClient _client = new(hermes.ZooKeeper, new(hermes.Paths));
    private readonly Lock _gate = new();
    private readonly List<AskedJob> _jobs = [];

    /// <summary>All jobs that were asked for.</summary>
    public IReadOnlyList<AskedJob> Jobs
    {
        get
        {
            lock (_gate)
                return [.. _jobs];
        }
    }

    /// <summary>Those that are not at their end.</summary>
    public IReadOnlyList<AskedJob> Unfinished => [.. Jobs.Where(j => j.EndedAt is null)];

    /// <summary>Asks for a job of the subscriptions, one every so often, until it is told to stop.</summary>
    public async Task AskAsync(IReadOnlyList<SubscriptionName> subscriptions, TimeSpan every, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                await AskAsync(Throw(subscriptions[_dice.Next(subscriptions.Count)]), CancellationToken.None);
        }
        catch (OperationCanceledException) { } // enough
    }

    /// <summary>Asks for one job.</summary>
    public async Task<AskedJob> AskAsync(JobDocument document, CancellationToken cancellationToken)
    {
        await Stubborn.DoAsync(() => _client.CreateFoldersAsync(cancellationToken), "the folders of jobs", cancellationToken);
        var (id, creation) = _client.Prepare(document);
        var job = new AskedJob(id, document, clock.Now);
        await Stubborn.DoAsync(async () =>
        {
            try
            {
                await hermes.ZooKeeper.MultiAsync([creation], cancellationToken);
            }
            catch (MultiFailedException e) when (e.Code is ErrorCode.NodeExists) { } // the answer to the first attempt was lost
        }, $"job {id}", cancellationToken);
        lock (_gate)
            _jobs.Add(job);
        return job;
    }

    /// <summary>Looks at all jobs that have not ended, until it is told to stop.</summary>
    public async Task WatchAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var job in Unfinished)
                {
                    if ((await Stubborn.DoAsync(() => _client.FindAsync(job.Id, stop), $"a look at job {job.Id}", stop))?.Status is not { } status)
                        continue;
                    job.Status = status;
                    if (JobPhases.IsFinal(status.Phase))
                        job.EndedAt = clock.Now;
                }
            }
        }
        catch (OperationCanceledException) { } // enough
    }

    /// <summary>A job that moves nothing: only whether anybody works on jobs.</summary>
    public static JobDocument DryRun(SubscriptionName subscription) => Document(subscription, JobModes.Rewind, new() { Messages = 1 }) with { DryRun = true };

    // A time is far enough back for everything before it to have been delivered: a rewind goes where it is told, and would skip it.
    private JobDocument Throw(SubscriptionName subscription) => _dice.Next(4) switch
    {
        0 => Document(subscription, JobModes.Rewind, new() { Time = Back() }),
        1 => Document(subscription, JobModes.Replay, new() { Time = Back() }),
        2 => Document(subscription, JobModes.Replay, new() { Messages = _dice.Next(1, 40) }),
        _ => Document(subscription, JobModes.Rewind, new() { Messages = _dice.Next(1, 40) }),
    };

    private DateTimeOffset Back() => TimeProvider.System.GetUtcNow().AddSeconds(-_dice.Next(40, 60));

    private static JobDocument Document(SubscriptionName subscription, string mode, JobTarget target) => new()
    {
        Version = JobDocument.KnownVersion,
        Subscription = subscription.ToString(),
        Mode = mode,
        Target = target,
        RequestedBy = "the conductor",
        Reason = "to see it",
    };
}
