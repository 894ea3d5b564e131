using System.Globalization;
using System.Text;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Consumer.Orders;

/// <summary>An offset that management has written for a partition.</summary>
/// <param name="Path">Its node.</param>
/// <param name="Topic">The Kafka topic.</param>
/// <param name="Partition">The partition; <see langword="null"/> where the node's name is none.</param>
/// <param name="Offset">Where to go on from; <see langword="null"/> where the node's data is no offset.</param>
/// <param name="Stat">For the order of things, and for its deletion.</param>
internal sealed record OffsetNode(string Path, string Topic, int? Partition, long? Offset, NodeStat Stat)
{
    public static OffsetNode Read(string path, string topic, NodeData node) => new(
        path, topic,
        int.TryParse(path.AsSpan(path.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition) ? partition : null,
        long.TryParse(Encoding.UTF8.GetString(node.Data.Span), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : null,
        node.Stat);
}
