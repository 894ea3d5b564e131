using Hermes.Shared.Fleet;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Consumer.Membership;

/// <summary>The folders that a fleet's nodes stand in; made with all that is above them, as Hermes's consumers do: nobody deletes
/// these for being empty.</summary>
internal sealed class FleetFolders(IZooKeeper zooKeeper, FleetPaths paths)
{
    /// <summary>Makes those that are missing.</summary>
    /// <exception cref="ZooKeeperException">The right to create nodes is missing.</exception>
    public async Task CreateMissingAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in new[] { paths.Nodes, paths.Assignments, paths.Rates, paths.Loads, paths.Constraints })
            await CreateAsync(folder, cancellationToken);
    }

    private async Task CreateAsync(string path, CancellationToken cancellationToken)
    {
        for (var slash = path.IndexOf('/', 1); ; slash = path.IndexOf('/', slash + 1))
        {
            var folder = slash < 0 ? path : path[..slash];
            if (await zooKeeper.FindAsync(folder, cancellationToken) is null)
            {
                try
                {
                    await zooKeeper.CreateAsync(folder, default, CreateMode.Persistent, cancellationToken);
                }
                catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists)
                {
                    // Another worker was first.
                }
            }
            if (slash < 0)
                return;
        }
    }
}
