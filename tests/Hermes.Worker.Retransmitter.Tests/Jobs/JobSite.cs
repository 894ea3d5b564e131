using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Testing;
using Hermes.Testing.Installations;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>The jobs of a test's installation: asked for, waited for, and what they leave behind.</summary>
internal sealed class JobSite(HermesInstallation hermes)
{
    public const string Worker = "Hermes.Worker.Retransmitter";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public JobPaths Paths { get; } = new(hermes.Paths);

    public JobClient Client { get; } = new(hermes.ZooKeeper, new(hermes.Paths));

    public static JobDocument Rewind(SubscriptionName subscription, JobTarget target) => new()
    {
        Version = JobDocument.KnownVersion,
        Mode = JobModes.Rewind,
        Subscription = subscription.ToString(),
        Target = target,
        RequestedBy = "a test",
        Reason = "to see it",
    };

    public static JobDocument Replay(SubscriptionName subscription, DateTimeOffset from, DateTimeOffset? to = null) =>
        Rewind(subscription, new() { Time = from }) with { Mode = JobModes.Replay, Until = to is null ? null : new() { Time = to } };

    public Task<string> AskAsync(JobDocument document) => Client.CreateAsync(document, Cancellation);

    public Task<string> AskAsync(SubscriptionName subscription, JobTarget target) => Client.CreateAsync(Rewind(subscription, target), Cancellation);

    public Task<string> AskAsync(SubscriptionName subscription, DateTimeOffset time) => AskAsync(subscription, new JobTarget { Time = time });

    /// <summary>Waits until the job is at its end.</summary>
    public async Task<JobStatus> WhenEndedAsync(string id, Func<string>? explanation = null, TimeSpan? patience = null)
    {
        JobStatus? status = null;
        await Until.TrueAsync(async () => (status = await StatusAsync(id)) is { } s && JobPhases.IsFinal(s.Phase),
            $"the end of job {id}; {explanation?.Invoke()}", patience ?? Minute);
        return status!;
    }

    /// <summary>Waits until the job is at its end, and nothing is left of it but its account.</summary>
    public async Task<JobStatus> EndAsync(string id, RunningWorker retransmitter)
    {
        var status = await WhenEndedAsync(id, () => retransmitter.Output);
        await NothingIsLeftAsync(id);
        return status;
    }

    public async Task<JobStatus?> StatusAsync(string id) => (await Client.FindAsync(id, Cancellation))?.Status;

    /// <summary>A finished job leaves its document, its status, and nothing else; and owns no subscription.</summary>
    public async Task NothingIsLeftAsync(string id)
    {
        await Until.TrueAsync(async () => await ChildrenAsync(Paths.Job(id)) is var left && left.All(n => n is "status" or "cancel" or "pause"),
            $"no leftover below {id}", Minute);
        foreach (var name in await ChildrenAsync(Paths.Actives))
        {
            if (await hermes.ZooKeeper.TryGetAsync($"{Paths.Actives}/{name}", Cancellation) is { } active)
                Assert.NotEqual(id, System.Text.Encoding.UTF8.GetString(active.Data.Span));
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<IReadOnlyList<string>> ChildrenAsync(string path) => (await hermes.ZooKeeper.GetChildrenAsync(path, Cancellation)).Names;
}
