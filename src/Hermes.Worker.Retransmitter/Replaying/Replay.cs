using Hermes.Delivery;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;
using Hermes.Worker.Retransmitter.Jobs;

namespace Hermes.Worker.Retransmitter.Replaying;

/// <summary>Carries one replay from its last checkpoint to its end, with rests where it must or shall rest. Each checkpoint
/// is a multi that fails when the subscription or the claim is gone; what was delivered after the last one comes again.</summary>
internal sealed class Replay(ClaimedJob job, JobRequest request, Replays replays, RegistryReader registry, RetransmitterOptions options, TimeProvider clock) : IAsyncDisposable
{
    // A last word to ZooKeeper while the worker stops, or nobody hears it.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private ReplaySession? _session;
    private long _lastCheckpoint;

    public async Task RunAsync(Nudge nudge, Ends ends)
    {
        try
        {
            await job.TakeOverAsync(request, ends.Either);
            while (!await LookAsync(ends.Either))
                await nudge.WaitAsync(options.LookInterval, ends.Either);
        }
        catch (SubscriptionGoneException e)
        {
            var progress = _session?.Progress;
            await DisposeAsync(); // at once: nobody wants it any more
            await job.EndAsync(request, await job.OrdersAsync(ends.Either), JobPhases.Failed, e.Message, ends.Either, progress);
        }
        catch (OperationCanceledException) when (ends.Stopping.IsCancellationRequested && !ends.ClaimLost.IsCancellationRequested)
        {
            await SaveAsync(ends.ClaimLost);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
            await _session.DisposeAsync();
        _session = null;
    }

    /// <returns>Whether the job is at its end.</returns>
    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        if (await job.IsCancelAskedAsync(cancellationToken))
        {
            var reached = await StopAsync(cancellationToken);
            await job.EndAsync(request, await job.OrdersAsync(cancellationToken), JobPhases.Cancelled, "Cancelled; what was delivered is delivered.", cancellationToken, reached);
            return true;
        }
        var (subscription, topic, obstacle) = await ReadAsync(cancellationToken);
        if (obstacle is not null)
        {
            await job.RestAsync(request, await StopAsync(cancellationToken), obstacle, cancellationToken);
            return false;
        }
        if (_session is not null && !_session.Serves(subscription!))
            await job.CheckpointAsync(request, await StopAsync(cancellationToken), cancellationToken);
        if (_session is null)
        {
            await job.ResumeAsync(request, cancellationToken);
            _session = await replays.StartAsync(job.Id, request, subscription!, topic!, job.Status!.Replay!);
            _lastCheckpoint = clock.GetTimestamp();
        }
        _session.ThrowIfFailed();
        _session.Update(subscription!, topic!);
        var progress = _session.Progress;
        if (progress.IsDone)
        {
            await job.FinishAsync(request, await StopAsync(cancellationToken), cancellationToken);
            return true;
        }
        if (clock.GetElapsedTime(_lastCheckpoint) >= options.CheckpointInterval)
        {
            _lastCheckpoint = clock.GetTimestamp();
            await job.CheckpointAsync(request, progress, cancellationToken);
        }
        return false;
    }

    /// <summary>The subscription as it is to be delivered to now, or why it is not.</summary>
    /// <exception cref="SubscriptionGoneException">There is none, or another of the same name.</exception>
    private async Task<(RegisteredSubscription? Subscription, RegisteredTopic? Topic, string? Obstacle)> ReadAsync(CancellationToken cancellationToken)
    {
        if (await job.IsPauseAskedAsync(cancellationToken))
            return (null, null, "the end of the pause that was asked for");
        try
        {
            var subscription = await registry.SubscriptionAsync(request.Subscription, cancellationToken);
            if (subscription.Identity != job.Status!.SubscriptionId)
                throw new SubscriptionGoneException(request.Subscription);
            if (!subscription.Document.IsServed)
                return (null, null, $"the subscription to be active: it is {subscription.Document.State}");
            var topic = await registry.TopicAsync(request.Subscription.Topic, cancellationToken);
            var laid = subscription with { Document = ReplaySubscription.Lay(subscription.Document, request.Document, job.Id) };
            return Support.Check(laid.Document, topic.Document) is { } reason
                ? (null, null, $"a subscription that can be served: {reason}")
                : (laid, topic, null);
        }
        catch (RegistryException e) when (e.Fault is RegistryFault.NotFound)
        {
            throw new SubscriptionGoneException(request.Subscription);
        }
        catch (RegistryException e)
        {
            return (null, null, $"a registry that can be read: {e.Message}");
        }
    }

    /// <summary>Ends the delivery, if it is under way, and tells how far it has come.</summary>
    private async Task<ReplayProgress> StopAsync(CancellationToken cancellationToken)
    {
        if (_session is not { } session)
            return job.Status!.Replay!;
        _session = null;
        using var timeout = new CancellationTokenSource(options.DrainBudget, clock);
        using var letGo = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        return await session.StopAsync(letGo.Token);
    }

    /// <summary>The worker stops: what is on the wire is finished, and the checkpoint is the last word.</summary>
    private async Task SaveAsync(CancellationToken claimLost)
    {
        if (_session is null)
            return;
        var progress = await StopAsync(claimLost);
        using var limit = new CancellationTokenSource(Farewell, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, claimLost);
        await job.CheckpointAsync(request, progress, either.Token);
    }
}
