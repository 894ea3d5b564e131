using System.Globalization;
using System.Text;
using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>Hermes's own offset nodes (compatibility, 8.2) of the partitions that a job moves by them, as they stand in the
/// tree: for members of the group that know no orders.</summary>
internal sealed class OffsetNodes
{
    private readonly HermesPaths _hermes;
    private readonly SubscriptionName _subscription;
    private readonly string _cluster;
    private readonly Dictionary<PartitionMove, NodeData?> _nodes = [];
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);

    private OffsetNodes(HermesPaths hermes, SubscriptionName subscription, string cluster) =>
        (_hermes, _subscription, _cluster) = (hermes, subscription, cluster);

    /// <summary>Reads the nodes of these partitions, and which of their parents are missing.</summary>
    public static async Task<OffsetNodes> ReadAsync(
        IZooKeeper zooKeeper, HermesPaths hermes, SubscriptionName subscription, string cluster, IEnumerable<PartitionMove> moves, CancellationToken cancellationToken)
    {
        var nodes = new OffsetNodes(hermes, subscription, cluster);
        var start = hermes.Subscription(subscription).Length + 1;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var move in moves)
        {
            var path = nodes.PathOf(move);
            for (var slash = path.IndexOf('/', start); slash > 0; slash = path.IndexOf('/', slash + 1))
            {
                if (seen.Add(path[..slash]) && await zooKeeper.FindAsync(path[..slash], cancellationToken) is null)
                    nodes._missing.Add(path[..slash]);
            }
            nodes._nodes[move] = await zooKeeper.TryGetAsync(path, cancellationToken);
        }
        return nodes;
    }

    /// <summary>Whether its node still stands.</summary>
    public bool IsThere(PartitionMove move) => _nodes.GetValueOrDefault(move) is not null;

    /// <summary>Writes the target of each partition, over what a request that failed may have left.</summary>
    public IEnumerable<Operation> Write()
    {
        foreach (var parent in _missing.OrderBy(path => path.Length))
            yield return Operation.Create(parent, default, CreateMode.Persistent);
        foreach (var (move, node) in _nodes)
        {
            yield return node is { } old
                ? Operation.Set(PathOf(move), DataOf(move), old.Stat.Version)
                : Operation.Create(PathOf(move), DataOf(move), CreateMode.Persistent);
        }
    }

    /// <summary>Deletes what the job has written; what management has written over it stays.</summary>
    public IEnumerable<Operation> Clear() => _nodes
        .Where(n => n.Value is { } node && node.Data.Span.SequenceEqual(DataOf(n.Key)))
        .Select(n => Operation.Delete(PathOf(n.Key), n.Value!.Value.Stat.Version));

    private string PathOf(PartitionMove move) => _hermes.OrderedOffset(_subscription, move.Topic, _cluster, move.Partition);

    private static byte[] DataOf(PartitionMove move) => Encoding.UTF8.GetBytes(move.To.ToString(CultureInfo.InvariantCulture));
}
