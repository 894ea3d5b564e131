namespace Hermes.ZooKeeper.Recipes;

/// <summary>Settings of a <see cref="TreeView"/>.</summary>
public sealed record TreeViewOptions
{
    /// <summary>Reads in flight at once while the tree is loaded. Default 128.</summary>
    public int ReadsAtOnce { get; init; } = 128;

    /// <summary>Longest wait before a failed load is tried again. Default 10 s.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(10);
}
