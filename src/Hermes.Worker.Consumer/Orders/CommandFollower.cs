using System.Collections.Concurrent;
using Hermes.Shared.Health;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Worker.Consumer.Assignments;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Orders;

/// <summary>Obeys the retransmissions of Hermes's own management: offset nodes below the subscription, and then a command.</summary>
/// <remarks>A node counts when a command for its subscription was given after it was written, by ZooKeeper's transaction ids
/// and no clock (R7), or with it: a retransmitter writes both in one transaction, which has one id, when an owner has not
/// acknowledged its order, and that owner may have died and left the partition to us. So a node that a failed request has left behind acts no more (R4), while one of a complete request is
/// looked at again until it is gone, also by who owns the partition only since (R6, R10). It is deleted only after a confirmed
/// commit, and only as it was read (R2, R9). Decision: docs/decisions/0009-retransmission.md.</remarks>
internal sealed partial class CommandFollower(
    IZooKeeper zooKeeper, HermesPaths paths, KafkaSettings kafka, LiveRuns live, ILogger<CommandFollower> logger, TimeProvider clock, Heartbeats heartbeats) : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<SubscriptionName, long> _commands = new();
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var heartbeat = heartbeats.Register("commands", LongestSilence, Servers.ZooKeeper | Servers.Kafka);
        await using var tree = TreeView.Start(zooKeeper, paths.Commands, new(), logger, clock);
        var changes = tree.Subscribe();
        Task? changed = null;
        try
        {
            while (true)
            {
                heartbeat.Beat();
                changed ??= changes.WaitToReadAsync(CancellationToken.None).AsTask();
                using var awake = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny(changed, Task.Delay(LookInterval, clock, awake.Token));
                await awake.CancelAsync();
                stoppingToken.ThrowIfCancellationRequested();
                if (changed.IsCompleted)
                    changed = null;
                while (changes.TryRead(out var change))
                    Note(change);
                // Each at its own time: a partition that waits for its broker holds up no other subscription.
                await Task.WhenAll(_commands.Select(c => FollowAsync(c.Key, c.Value, stoppingToken)));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private void Note(TreeChange change)
    {
        if (change.Kind is not TreeChangeKind.Added || ManagementCommand.Read(change.Path, change.Node!.Data.Span) is not { } subscription)
            return;
        var zxid = change.Node.Stat.CreatedZxid;
        _commands.AddOrUpdate(subscription, zxid, (_, before) => Math.Max(before, zxid));
    }

    private async Task FollowAsync(SubscriptionName subscription, long command, CancellationToken stoppingToken)
    {
        try
        {
            if (live.Find(subscription) is not { } run)
                return; // it may be ours by the next look
            var nodes = (await ReadAsync(subscription, stoppingToken)).Where(n => n.Stat.ModifiedZxid <= command).ToList();
            if (nodes.Count == 0)
            {
                _commands.TryRemove(new(subscription, command));
                return;
            }
            await Task.WhenAll(nodes.Select(n => ObeyAsync(n, run, stoppingToken)));
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested) // whatever it was, the next look tries again (I7)
        {
            Log.OrderFailed(logger, e, paths.OrderedOffsets(subscription));
        }
    }

    private async Task<List<OffsetNode>> ReadAsync(SubscriptionName subscription, CancellationToken cancellationToken)
    {
        var folder = paths.OrderedOffsets(subscription);
        await zooKeeper.SyncAsync(folder, cancellationToken);
        var nodes = new List<OffsetNode>();
        foreach (var topic in (await zooKeeper.TryGetChildrenAsync(folder, cancellationToken))?.Names ?? [])
        {
            var clusters = (await zooKeeper.TryGetChildrenAsync($"{folder}/{topic}/offset", cancellationToken))?.Names ?? [];
            if (clusters.Count > 0 && !clusters.Contains(kafka.ClusterName) && _named.Add($"{folder}/{topic}"))
                Log.OtherCluster(logger, subscription, topic, string.Join(", ", clusters), kafka.ClusterName);
            var cluster = $"{folder}/{topic}/offset/{kafka.ClusterName}";
            foreach (var name in (await zooKeeper.TryGetChildrenAsync(cluster, cancellationToken))?.Names ?? [])
            {
                if (await zooKeeper.TryGetAsync($"{cluster}/{name}", cancellationToken) is { } node)
                    nodes.Add(OffsetNode.Read($"{cluster}/{name}", topic, node));
            }
        }
        return nodes;
    }

    private async Task ObeyAsync(OffsetNode node, ServingRun run, CancellationToken stoppingToken)
    {
        if (node is not { Partition: { } partition, Offset: { } offset })
        {
            if (_named.Add(node.Path))
                Log.OrderUnreadable(logger, node.Path);
            return;
        }
        if (!await run.MoveAsync(node.Topic, partition, offset).WaitAsync(stoppingToken))
            return;
        while (true)
        {
            try
            {
                await zooKeeper.DeleteAsync(node.Path, node.Stat.Version, stoppingToken);
                Log.CommandDone(logger, run.Subscription.Name, node.Topic, partition, offset);
                return;
            }
            catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode or ErrorCode.BadVersion)
            {
                return; // gone, or written anew by a later request
            }
            catch (IOException e)
            {
                Log.OrderFailed(logger, e, node.Path);
                await Task.Delay(RetryPause, clock, stoppingToken);
                // Only the very node that was obeyed: its version begins anew with a node that is created again (R2).
                if (await zooKeeper.FindAsync(node.Path, stoppingToken) is not { } now || now.ModifiedZxid != node.Stat.ModifiedZxid)
                    return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.CommandDone, LogLevel.Information, "{Subscription} was moved to {Topic}[{Partition}]@{Offset} and committed, as management commands")]
        public static partial void CommandDone(ILogger logger, SubscriptionName subscription, string topic, int partition, long offset);

        [LoggerMessage(LogEvents.OtherCluster, LogLevel.Warning,
            "Management orders offsets of {Subscription}, topic {Topic}, for clusters {Clusters}, while this worker's is named {Own} (Kafka:ClusterName): nobody here obeys")]
        public static partial void OtherCluster(ILogger logger, SubscriptionName subscription, string topic, string clusters, string own);

        [LoggerMessage(LogEvents.OrderFailed, LogLevel.Warning, "The offsets below {Path} could not be moved to now; it is tried again")]
        public static partial void OrderFailed(ILogger logger, Exception exception, string path);

        [LoggerMessage(LogEvents.OrderUnreadable, LogLevel.Warning, "{Path} holds no offset of a partition and is left alone")]
        public static partial void OrderUnreadable(ILogger logger, string path);
    }
}
