namespace Hermes.ZooKeeper.Recipes;

/// <summary>What changed in a <see cref="TreeView"/>.</summary>
public enum TreeChangeKind
{
    /// <summary>A node appeared. One that was deleted and created again is removed and then added.</summary>
    Added,

    /// <summary>A node's data was written.</summary>
    Changed,

    /// <summary>A node is gone; those below it were removed before.</summary>
    Removed,

    /// <summary>All that was there at some moment since the last connection has been told.</summary>
    Current,
}

/// <summary>One change.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Path">To which node; for <see cref="TreeChangeKind.Current"/> the root.</param>
/// <param name="Node">The node as it is now; of a removed one, as it was last; of "current", none.</param>
public readonly record struct TreeChange(TreeChangeKind Kind, string Path, TreeNode? Node);
