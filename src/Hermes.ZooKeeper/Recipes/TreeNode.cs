namespace Hermes.ZooKeeper.Recipes;

/// <summary>A node of a <see cref="TreeView"/> as it was last read.</summary>
public sealed record TreeNode(string Path, ReadOnlyMemory<byte> Data, NodeStat Stat);
