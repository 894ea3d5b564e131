using Hermes.ZooKeeper;

namespace Hermes.Shared.Registry;

/// <summary>Nodes that only hold others.</summary>
public static class Folders
{
    extension(IZooKeeper zooKeeper)
    {
        /// <summary>Makes those that are missing, in their order; never what is above them.</summary>
        /// <exception cref="ZooKeeperException">There is nothing above one of them, or the right to create nodes is missing.</exception>
        public async Task CreateMissingAsync(CancellationToken cancellationToken, params IEnumerable<string> folders)
        {
            foreach (var folder in folders)
            {
                if (await zooKeeper.FindAsync(folder, cancellationToken) is not null)
                    continue;
                try
                {
                    await zooKeeper.CreateAsync(folder, default, CreateMode.Persistent, cancellationToken);
                }
                catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists)
                {
                    // Someone else was first.
                }
            }
        }
    }
}
