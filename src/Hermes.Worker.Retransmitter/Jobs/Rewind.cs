using Confluent.Kafka;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Worker.Retransmitter.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>Moves the partitions of an accepted job, round after round, by the way that the group's members leave open: by
/// orders to those that are there, by Hermes's own offset nodes to
/// those of them that obey no order, or by itself where there are none.</summary>
internal sealed partial class Rewind(
    ClaimedJob job, JobRequest request, KafkaAdministration kafka, string group, string cluster, RetransmitterOptions options, RetransmitterMetrics metrics, ILogger logger, TimeProvider clock)
{
    // Members answer within a second; before that, waiting is no news.
    private static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(2);

    private long _ordered = clock.GetTimestamp();
    private long _commanded = clock.GetTimestamp();
    private string? _command;

    public async Task RunAsync(Nudge nudge, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var book = await job.OrdersAsync(cancellationToken);
            var nodes = await job.OffsetNodesAsync(request, cluster, job.Status!.Partitions.Where(m => m.Commanded is not null), cancellationToken);
            try
            {
                if (await job.IsCancelAskedAsync(cancellationToken))
                {
                    await job.EndAsync(request, book, JobPhases.Cancelled, "Cancelled; partitions marked as moved stay so.", cancellationToken, nodes: nodes);
                    break;
                }
                if (await RoundAsync(book, nodes, started, cancellationToken))
                    break;
            }
            catch (SubscriptionGoneException e)
            {
                // With it went Hermes's nodes, which are below it.
                await job.EndAsync(request, book, JobPhases.Failed, e.Message, cancellationToken);
                break;
            }
            catch (ZooKeeper.MultiFailedException)
            {
                continue; // an order was acknowledged, or a node obeyed, meanwhile: read again
            }
            await nudge.WaitAsync(options.LookInterval, cancellationToken);
        }
        await EndCommandAsync(cancellationToken);
    }

    private static bool IsCommanded(PartitionMove move) => move is { Moved: null, Commanded: not null };

    /// <returns>Whether the job is at its end.</returns>
    private async Task<bool> RoundAsync(OrderBook book, OffsetNodes nodes, long started, CancellationToken cancellationToken)
    {
        var moves = await ProveAsync(job.Acknowledged(book), nodes);
        if (moves.Any(m => m.Moved == MoveProofs.Committed && !job.Status!.Partitions.Contains(m)))
        {
            // Written down at once: the group's commits go on, and prove nothing later.
            await job.WaitAsync(request, moves, null, cancellationToken);
            return false;
        }
        var pending = moves.Where(m => m.Moved is null).ToList();
        if (pending.Count > 0 && await kafka.HasMembersAsync(group))
        {
            await AskMembersAsync(book, nodes, moves, pending, started, cancellationToken);
            return false;
        }
        if (pending.Count > 0)
        {
            if (book.HasOpenOrders || pending.Exists(IsCommanded))
            {
                await job.WithdrawOrdersAsync(request, book, nodes, moves, cancellationToken);
                return false; // and read again what is left
            }
            if (!await TryAlterAsync(pending, cancellationToken))
                return false;
            moves = [.. moves.Select(m => m.Moved is null ? m with { Moved = MoveProofs.Altered } : m)];
        }
        await job.FinishAsync(request, book, nodes, moves, cancellationToken);
        foreach (var proof in moves.CountBy(m => m.Moved!))
            metrics.Moved(proof.Key, proof.Value);
        return true;
    }

    private async Task AskMembersAsync(
        OrderBook book, OffsetNodes nodes, IReadOnlyList<PartitionMove> moves, List<PartitionMove> pending, long started, CancellationToken cancellationToken)
    {
        var (commanded, ordered) = (pending.Where(IsCommanded).ToList(), pending.Where(m => !IsCommanded(m)).ToList());
        if (ordered.Where(m => !book.IsOrdered(m)).ToList() is { Count: > 0 } unordered)
        {
            await job.PublishOrdersAsync(request, book, moves, unordered, cancellationToken);
            _ordered = clock.GetTimestamp();
        }
        else if (ordered.Count > 0 && clock.GetElapsedTime(_ordered) > options.OrderPatience)
        {
            await CommandAsync(book, moves, ordered, cancellationToken);
        }
        else if (commanded.Count > 0 && _command is null)
        {
            _command = await job.RepeatCommandAsync(request, cancellationToken);
            _commanded = clock.GetTimestamp();
        }
        else if (commanded.Count > 0 && clock.GetElapsedTime(_commanded) > options.OffsetNodePatience)
        {
            await job.WithdrawNodesAsync(request, nodes, moves, cancellationToken);
            await EndCommandAsync(cancellationToken);
        }
        else
        {
            var what = clock.GetElapsedTime(started) <= WorthTelling ? null
                : commanded.Count > 0 ? $"members of group {group} that obey Hermes's own offset nodes, for {commanded.Count} partitions"
                : $"the consumers of {ordered.Count} partitions to acknowledge: group {group} has members";
            await job.WaitAsync(request, moves, what, cancellationToken);
        }
    }

    private async Task CommandAsync(OrderBook book, IReadOnlyList<PartitionMove> moves, List<PartitionMove> ordered, CancellationToken cancellationToken)
    {
        var committed = await CommittedAsync(ordered);
        var nodes = await job.OffsetNodesAsync(request, cluster, ordered, cancellationToken);
        IReadOnlyList<PartitionMove> marked = [.. moves.Select(m => ordered.Contains(m) ? m with { Commanded = committed.GetValueOrDefault((m.Topic, m.Partition), -1) } : m)];
        await EndCommandAsync(cancellationToken);
        _command = await job.CommandAsync(request, book, nodes, marked, ordered, cancellationToken);
        _commanded = clock.GetTimestamp();
    }

    /// <summary>The moves, with those that the group's commits prove by now. A commit below what was committed before is a move
    /// beyond doubt; where the target lies ahead, or the group may have come back to it by itself, the node must be gone as well.</summary>
    private async Task<IReadOnlyList<PartitionMove>> ProveAsync(IReadOnlyList<PartitionMove> moves, OffsetNodes nodes)
    {
        var commanded = moves.Where(IsCommanded).ToList();
        if (commanded.Count == 0)
            return moves;
        var committed = await CommittedAsync(commanded);
        return [.. moves.Select(m => IsCommanded(m) && committed.TryGetValue((m.Topic, m.Partition), out var now) && now >= m.To
            && (now < m.Commanded || (m.To >= m.Commanded && !nodes.IsThere(m))) ? m with { Moved = MoveProofs.Committed } : m)];
    }

    private async Task<Dictionary<(string, int), long>> CommittedAsync(IEnumerable<PartitionMove> moves) =>
        (await kafka.CommittedAsync(group, [.. moves.Select(m => new TopicPartition(m.Topic, m.Partition))])).ToDictionary(o => (o.Topic, o.Partition.Value), o => o.Offset.Value);

    /// <summary>The command is done with; those that stay are read by each consumer that comes (R30). It also goes with our session.</summary>
    private async Task EndCommandAsync(CancellationToken cancellationToken)
    {
        if (_command is null)
            return;
        await job.DeleteCommandAsync(_command, cancellationToken);
        _command = null;
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
