using System.Globalization;
using Hermes.Shared.Jobs;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>A job's orders and answers as they stand in the tree.</summary>
internal sealed class OrderBook
{
    private readonly JobPaths _paths;
    private readonly string _id;
    private readonly Dictionary<(string Topic, int Partition), int> _orders = [];
    private readonly HashSet<string> _orderTopics = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ackTopics = new(StringComparer.Ordinal);
    private bool _hasFolders;

    private OrderBook(JobPaths paths, string id) => (_paths, _id) = (paths, id);

    public static async Task<OrderBook> ReadAsync(IZooKeeper zooKeeper, JobPaths paths, string id, CancellationToken cancellationToken)
    {
        var book = new OrderBook(paths, id);
        if (await zooKeeper.TryGetChildrenAsync(paths.Orders(id), cancellationToken) is not { } topics)
            return book;
        book._hasFolders = true;
        foreach (var topic in topics.Names)
        {
            book._orderTopics.Add(topic);
            var partitions = (await zooKeeper.TryGetChildrenAsync($"{paths.Orders(id)}/{topic}", cancellationToken))?.Names ?? [];
            var stats = await Task.WhenAll(partitions.Select(p => zooKeeper.FindAsync($"{paths.Orders(id)}/{topic}/{p}", cancellationToken).AsTask()));
            foreach (var (partition, stat) in partitions.Zip(stats))
            {
                if (stat is { } there)
                    book._orders[(topic, int.Parse(partition, CultureInfo.InvariantCulture))] = there.Version;
            }
        }
        foreach (var topic in (await zooKeeper.TryGetChildrenAsync(paths.Acks(id), cancellationToken))?.Names ?? [])
            book._ackTopics.Add(topic);
        return book;
    }

    /// <summary>Whether an order stands that nobody has acknowledged.</summary>
    public bool HasOpenOrders => _orders.ContainsValue(0);

    public bool IsOrdered(PartitionMove move) => _orders.ContainsKey((move.Topic, move.Partition));

    /// <summary>An acknowledgement writes the order, so that its version says so, and a withdrawal at version 0 excludes it.</summary>
    public bool IsAcknowledged(PartitionMove move) => _orders.GetValueOrDefault((move.Topic, move.Partition)) > 0;

    /// <summary>Creates an order for each of the moves.</summary>
    public IEnumerable<Operation> Publish(IEnumerable<PartitionMove> moves, Func<PartitionMove, MoveOrder> order)
    {
        if (!_hasFolders)
        {
            yield return Folder(_paths.Orders(_id));
            yield return Folder(_paths.Acks(_id));
        }
        foreach (var topic in moves.GroupBy(m => m.Topic, StringComparer.Ordinal))
        {
            if (!_orderTopics.Contains(topic.Key))
                yield return Folder($"{_paths.Orders(_id)}/{topic.Key}");
            if (!_ackTopics.Contains(topic.Key))
                yield return Folder($"{_paths.Acks(_id)}/{topic.Key}");
            foreach (var move in topic)
            {
                yield return Operation.Create(
                    _paths.Order(_id, move.Topic, move.Partition), JobJson.Write(order(move), JobJson.Instance.MoveOrder), CreateMode.Persistent);
            }
        }
    }

    /// <summary>Deletes the orders that nobody has acknowledged; refused if one is acknowledged meanwhile.</summary>
    public IEnumerable<Operation> Withdraw() =>
        _orders.Where(o => o.Value == 0).Select(o => Operation.Delete(_paths.Order(_id, o.Key.Topic, o.Key.Partition), 0));

    /// <summary>Deletes the orders of these partitions; refused if one is acknowledged meanwhile.</summary>
    public IEnumerable<Operation> Withdraw(IEnumerable<PartitionMove> moves) =>
        moves.Where(IsOrdered).Select(m => Operation.Delete(_paths.Order(_id, m.Topic, m.Partition), 0));

    /// <summary>Deletes everything; refused if an order is acknowledged meanwhile.</summary>
    public IEnumerable<Operation> Clear()
    {
        foreach (var ((topic, partition), version) in _orders)
        {
            if (version > 0)
                yield return Operation.Delete(_paths.Ack(_id, topic, partition), NodeVersion.Any);
            yield return Operation.Delete(_paths.Order(_id, topic, partition), version);
        }
        foreach (var topic in _orderTopics)
            yield return Operation.Delete($"{_paths.Orders(_id)}/{topic}", NodeVersion.Any);
        foreach (var topic in _ackTopics)
            yield return Operation.Delete($"{_paths.Acks(_id)}/{topic}", NodeVersion.Any);
        if (!_hasFolders)
            yield break;
        yield return Operation.Delete(_paths.Orders(_id), NodeVersion.Any);
        yield return Operation.Delete(_paths.Acks(_id), NodeVersion.Any);
    }

    private static Operation Folder(string path) => Operation.Create(path, default, CreateMode.Persistent);
}
