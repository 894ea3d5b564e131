using System.Globalization;
using System.Text.Json;
using Hermes.Shared.Health;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Worker.Consumer.Assignments;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Orders;

/// <summary>Obeys the orders of retransmission jobs for the partitions that this worker owns, and answers them. It acts on
/// what the tree says, at each event and by time: so an order also reaches who owns the partition only since (R6, R10).</summary>
internal sealed partial class OrderFollower(
    IZooKeeper zooKeeper, JobPaths paths, LiveRuns live, ILogger<OrderFollower> logger, TimeProvider clock, Heartbeats heartbeats) : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<string, Task> _underWay = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var heartbeat = heartbeats.Register("orders", LongestSilence);
        await using var tree = TreeView.Start(zooKeeper, paths.Jobs, new(), logger, clock);
        var changes = tree.Subscribe();
        Task? changed = null;
        try
        {
            while (true)
            {
                heartbeat.Beat();
                // Kept over a turn that the clock ended: the channel has one reader, and that one waits once.
                changed ??= changes.WaitToReadAsync(CancellationToken.None).AsTask();
                using var awake = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny(changed, Task.Delay(LookInterval, clock, awake.Token));
                await awake.CancelAsync();
                stoppingToken.ThrowIfCancellationRequested();
                if (changed.IsCompleted)
                    changed = null;
                while (changes.TryRead(out _))
                {
                    // What counts is the tree as it is.
                }
                Look(tree, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            await Task.WhenAll(_underWay.Values);
        }
    }

    private void Look(TreeView tree, CancellationToken stoppingToken)
    {
        foreach (var (path, task) in _underWay.ToArray())
        {
            if (task.IsCompleted)
                _underWay.Remove(path);
        }
        foreach (var order in OpenOrders(tree))
        {
            var path = paths.Order(order.JobId, order.Topic, order.Partition);
            if (!_underWay.ContainsKey(path) && live.Find(order.Subscription) is { } run && run.Subscription.Identity == order.SubscriptionId)
                _underWay[path] = ObeyAsync(order, path, run, stoppingToken);
        }
    }

    private IEnumerable<OpenOrder> OpenOrders(TreeView tree)
    {
        foreach (var id in tree.Children(paths.Jobs))
        {
            foreach (var topic in tree.Children(paths.Orders(id)))
            {
                foreach (var name in tree.Children($"{paths.Orders(id)}/{topic}"))
                {
                    // Its version says whether it was acknowledged.
                    if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                        && tree.Find(paths.Order(id, topic, partition)) is { Stat.Version: 0 } node && Read(node, id, topic, partition) is { } order)
                        yield return order;
                }
            }
        }
    }

    private OpenOrder? Read(TreeNode node, string id, string topic, int partition)
    {
        try
        {
            var order = JobJson.ReadOrder(node.Data.Span);
            if (order.Offset >= 0 && SubscriptionName.TryParse(order.Subscription, out var subscription))
                return new(id, topic, partition, subscription, order.SubscriptionId, order.Offset);
        }
        catch (JsonException)
        {
            // Named below.
        }
        Log.OrderUnreadable(logger, node.Path);
        return null;
    }

    private async Task ObeyAsync(OpenOrder order, string path, ServingRun run, CancellationToken stoppingToken)
    {
        try
        {
            // Looked at freshly just before: one that was withdrawn meanwhile must not be obeyed.
            await zooKeeper.SyncAsync(path, stoppingToken);
            if (await zooKeeper.FindAsync(path, stoppingToken) is not { Version: 0 })
                return;
            if (await run.MoveAsync(order.Topic, order.Partition, order.Offset).WaitAsync(stoppingToken))
                await AcknowledgeAsync(order, path, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next owner finds the order as it is.
        }
        catch (Exception e) // whatever it was, the next look tries again, and the others go on (invariant I7)
        {
            Log.OrderFailed(logger, e, path);
        }
    }

    /// <summary>Answers, over lost connections too: to move again for a lost answer would deliver all of it twice.</summary>
    private async Task AcknowledgeAsync(OpenOrder order, string path, CancellationToken stoppingToken)
    {
        var data = JobJson.Write(new(order.Subscription.ToString(), order.SubscriptionId, order.Offset), JobJson.Instance.MoveOrder);
        var ack = JobJson.Write(new(WorkerHost.Worker, order.Offset, clock.GetUtcNow()), JobJson.Instance.MoveAck);
        while (true)
        {
            try
            {
                await zooKeeper.MultiAsync(
                    [Operation.Set(path, data, 0), Operation.Create(paths.Ack(order.JobId, order.Topic, order.Partition), ack, CreateMode.Persistent)], stoppingToken);
                Log.Acknowledged(logger, order.JobId, order.Topic, order.Partition, order.Offset);
                return;
            }
            catch (MultiFailedException)
            {
                Log.OrderGone(logger, order.JobId, order.Topic, order.Partition);
                return;
            }
            catch (Exception e) when (e is IOException or SessionExpiredException)
            {
                Log.OrderFailed(logger, e, path);
                await Task.Delay(RetryPause, clock, stoppingToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Acknowledged, LogLevel.Information, "Job {Job}: {Topic}[{Partition}] is moved to {Offset} and committed; acknowledged")]
        public static partial void Acknowledged(ILogger logger, string job, string topic, int partition, long offset);

        [LoggerMessage(LogEvents.OrderGone, LogLevel.Information, "Job {Job}: the order for {Topic}[{Partition}] is answered already, or withdrawn")]
        public static partial void OrderGone(ILogger logger, string job, string topic, int partition);

        [LoggerMessage(LogEvents.OrderFailed, LogLevel.Warning, "The order {Path} could not be carried out now; it is tried again")]
        public static partial void OrderFailed(ILogger logger, Exception exception, string path);

        [LoggerMessage(LogEvents.OrderUnreadable, LogLevel.Debug, "The order {Path} cannot be read and is left alone")]
        public static partial void OrderUnreadable(ILogger logger, string path);
    }
}
