using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>The time by ZooKeeper's server, whose stamps the nodes bear: learned from a write.</summary>
internal sealed class ServerClock(IZooKeeper zooKeeper, JanitorPaths paths)
{
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return (await zooKeeper.SetAsync(paths.Clock, default, NodeVersion.Any, cancellationToken)).ModifiedAt;
            }
            catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode)
            {
                await zooKeeper.CreateMissingAsync(cancellationToken, paths.Clock);
            }
        }
    }
}
