namespace Hermes.ZooKeeper;

/// <summary>A node's data and stat.</summary>
public readonly record struct NodeData(ReadOnlyMemory<byte> Data, NodeStat Stat);

/// <summary>A node's children, by name and in no order, and the node's own stat.</summary>
public readonly record struct NodeChildren(IReadOnlyList<string> Names, NodeStat Stat);

/// <summary>A node's access rights and stat.</summary>
public readonly record struct NodeAcl(IReadOnlyList<AclEntry> Entries, NodeStat Stat);

/// <summary>A node just created: its path as the server named it, and its stat.</summary>
public readonly record struct CreatedNode(string Path, NodeStat Stat);

/// <summary>Versions that mean something special.</summary>
public static class NodeVersion
{
    /// <summary>Matches whatever version the node has.</summary>
    public const int Any = -1;
}
