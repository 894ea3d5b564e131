using Hermes.Shared.Registry;

namespace Hermes.Shared.Fleet;

/// <summary>Where workers of every kind show that they are there, below Hermes's root, which Hermes itself looks at nowhere.</summary>
public sealed class WorkerPaths(HermesPaths hermes)
{
    /// <summary>One ephemeral node for each worker that is there: <see cref="PresentWorker"/>.</summary>
    public string Folder => $"{hermes.Root.TrimEnd('/')}/workers";

    /// <summary>A worker's node.</summary>
    public string Node(string name) => $"{Folder}/{name}";
}
