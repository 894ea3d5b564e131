using System.Diagnostics;
using System.Text;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Shared.Telemetry;
using Hermes.Worker.Retransmitter.Replaying;
using Hermes.Worker.Retransmitter.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>Claims a job and carries it as far as it goes now: to its end, or into the queue.</summary>
internal sealed partial class JobRunner(
    IZooKeeper zooKeeper, JobPaths paths, HermesPaths hermes, KafkaAdministration kafka, KafkaSettings brokers, KafkaNames names, JobPlanner planner, Replays replays,
    HermesSettings settings, RetransmitterOptions options, RetransmitterMetrics metrics, ILogger<JobRunner> logger, TimeProvider clock)
{

    /// <summary>One attempt. Any step may be repeated by the next one, here or elsewhere, with the same result (I5).</summary>
    /// <param name="id">The job.</param>
    /// <param name="hasItsTurn">Whether no older job for the same subscription is unfinished.</param>
    /// <param name="nudge">Given when something of the job changes in the tree.</param>
    /// <param name="stoppingToken">Ends the attempt.</param>
    public async Task RunAsync(string id, bool hasItsTurn, Nudge nudge, CancellationToken stoppingToken)
    {
        await using var claim = await TryClaimAsync(id, stoppingToken);
        if (claim is null)
            return;
        using var span = RetransmitterMetrics.Source.StartActivity("work on job");
        span?.SetTag("hermes.job", id);
        using var working = CancellationTokenSource.CreateLinkedTokenSource(claim.Lost, stoppingToken);
        try
        {
            if (await ClaimedJob.ReadAsync(zooKeeper, paths, hermes, claim, WorkerHost.Worker, settings, id, logger, clock, working.Token) is not { } job
                || job.Status is { } status && JobPhases.IsFinal(status.Phase))
                return;
            await RunAsync(job, hasItsTurn, nudge, new(claim.Lost, stoppingToken, working.Token), span);
            span?.SetTag("hermes.job.phase", job.Status?.Phase);
            if (job.Status is { } end && JobPhases.IsFinal(end.Phase))
                metrics.Ended(end.Phase, clock.GetUtcNow() - job.CreatedAt);
        }
        catch (Exception e) when (e is ClaimLostException || (e is OperationCanceledException && claim.Lost.IsCancellationRequested && !stoppingToken.IsCancellationRequested))
        {
            Log.ClaimLost(logger, id);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            span?.Fail(e);
            throw;
        }
    }

    private async Task<Lease?> TryClaimAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await Lease.TryTakeAsync(zooKeeper, paths.Claim(id), Encoding.UTF8.GetBytes(WorkerHost.Worker), logger, cancellationToken);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode)
        {
            return null; // the job was deleted
        }
    }

    private async Task RunAsync(ClaimedJob job, bool hasItsTurn, Nudge nudge, Ends ends, Activity? span)
    {
        var cancellationToken = ends.Either;
        JobRequest request;
        try
        {
            if (JobRequest.Read(job.Data) is not { } read)
                return;
            request = read;
            span?.SetTag("hermes.subscription", request.Subscription.ToString());
            span?.SetTag("hermes.job.mode", request.Document.Mode);
            if ((job.Status is not { } status || !JobPhases.IsUnderWay(status.Phase)) && !await TryBeginAsync(job, request, hasItsTurn, cancellationToken))
                return;
        }
        catch (JobRefusedException e)
        {
            await job.RefuseAsync(e.Message, cancellationToken);
            return;
        }
        if (request.Document.Mode == JobModes.Replay)
            await replays.RunAsync(job, request, nudge, ends);
        else
            await new Rewind(job, request, kafka, names.ConsumerGroup(request.Subscription), brokers.ClusterName, options, metrics, logger, clock).RunAsync(nudge, cancellationToken);
    }

    /// <returns>Whether the subscription is in the job's hands.</returns>
    private async Task<bool> TryBeginAsync(ClaimedJob job, JobRequest request, bool hasItsTurn, CancellationToken cancellationToken)
    {
        if (await job.IsCancelAskedAsync(cancellationToken))
        {
            await job.EndAsync(request, await job.OrdersAsync(cancellationToken), JobPhases.Cancelled, "Cancelled before it began.", cancellationToken);
            return false;
        }
        if (!hasItsTurn && !request.Document.DryRun)
        {
            await job.QueueAsync(cancellationToken);
            return false;
        }
        var plan = await planner.PlanAsync(job.Id, request, job.CreatedAt, cancellationToken);
        if (request.Document.DryRun)
        {
            await job.AnswerAsync(plan, cancellationToken);
            return false;
        }
        try
        {
            if (await job.TryAcceptAsync(request, plan, cancellationToken))
                return true;
        }
        catch (SubscriptionGoneException e)
        {
            throw new JobRefusedException(e.Message, e);
        }
        await job.QueueAsync(cancellationToken);
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.ClaimLost, LogLevel.Information, "The claim on job {Job} was lost; its next holder goes on")]
        public static partial void ClaimLost(ILogger logger, string job);
    }
}
