using Confluent.Kafka;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Worker.Retransmitter.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>Moves the partitions of an accepted job, round after round, by the way that the group's members leave open: by
/// orders to those that are there, or by itself where there are none.</summary>
internal sealed partial class Rewind(
    ClaimedJob job, JobRequest request, KafkaAdministration kafka, string group, RetransmitterOptions options, RetransmitterMetrics metrics, ILogger logger, TimeProvider clock)
{
    // Members answer within a second; before that, waiting is no news.
    private static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(2);

    public async Task RunAsync(Nudge nudge, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var book = await job.OrdersAsync(cancellationToken);
            try
            {
                if (await job.IsCancelAskedAsync(cancellationToken))
                {
                    await job.EndAsync(request, book, JobPhases.Cancelled, "Cancelled; partitions marked as moved stay so.", cancellationToken);
                    return;
                }
                if (await RoundAsync(book, started, cancellationToken))
                    return;
            }
            catch (SubscriptionGoneException e)
            {
                await job.EndAsync(request, book, JobPhases.Failed, e.Message, cancellationToken);
                return;
            }
            catch (ZooKeeper.MultiFailedException)
            {
                continue; // an order was acknowledged meanwhile: read again
            }
            await nudge.WaitAsync(options.LookInterval, cancellationToken);
        }
    }

    /// <returns>Whether the job is at its end.</returns>
    private async Task<bool> RoundAsync(OrderBook book, long started, CancellationToken cancellationToken)
    {
        var moves = job.Acknowledged(book);
        var pending = moves.Where(m => m.Moved is null).ToList();
        if (pending.Count > 0 && await kafka.HasMembersAsync(group))
        {
            if (pending.Where(m => !book.IsOrdered(m)).ToList() is { Count: > 0 } unordered)
                await job.PublishOrdersAsync(request, book, unordered, cancellationToken);
            else if (clock.GetElapsedTime(started) > WorthTelling)
                await job.WaitAsync(request, book, $"the consumers of {pending.Count} partitions to acknowledge: group {group} has members", cancellationToken);
            return false;
        }
        if (pending.Count > 0)
        {
            if (book.HasOpenOrders)
            {
                await job.WithdrawOrdersAsync(request, book, cancellationToken);
                book = await job.OrdersAsync(cancellationToken);
            }
            if (!await TryAlterAsync(pending, cancellationToken))
                return false;
            moves = [.. moves.Select(m => m.Moved is null ? m with { Moved = MoveProofs.Altered } : m)];
        }
        await job.FinishAsync(request, book, moves, cancellationToken);
        foreach (var proof in moves.CountBy(m => m.Moved!))
            metrics.Moved(proof.Key, proof.Value);
        return true;
    }

    /// <summary>Sets the group's offsets, and reads them back.</summary>
    /// <returns>False: the broker refused, or has them not; the next round looks at the group again.</returns>
    private async Task<bool> TryAlterAsync(List<PartitionMove> pending, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested(); // by a lost claim: another may be at it
        var targets = pending.Select(m => new TopicPartitionOffset(m.Topic, m.Partition, m.To)).ToList();
        try
        {
            await kafka.CommitAsync(group, targets);
            var committed = await kafka.CommittedAsync(group, [.. targets.Select(t => t.TopicPartition)]);
            // A consumer that joined since then goes on from the target, and may be past it already.
            if (!targets.Except(committed).Any() || await kafka.HasMembersAsync(group))
                return true;
            LogAlterRefused(logger, null, job.Id, group, "what it has committed is not what was asked");
        }
        catch (KafkaException e)
        {
            LogAlterRefused(logger, e, job.Id, group, e.Error.Reason);
        }
        return false;
    }

    [LoggerMessage(LogEvents.AlterRefused, LogLevel.Warning, "Job {Job}: the offsets of group {Group} could not be set ({Reason}); the group is looked at again")]
    private static partial void LogAlterRefused(ILogger logger, Exception? exception, string job, string group, string reason);
}
