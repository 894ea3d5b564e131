using System.Text;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Kafka;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;

namespace Hermes.Worker.Janitor.Leadership;

/// <summary>Refuses to work where ZooKeeper or Kafka is not the one that all that is known is about: a wrong address must not
/// look as if every subscription had gone.</summary>
internal sealed class ClusterGuard(IZooKeeper zooKeeper, JanitorPaths paths, HermesPaths hermes, IGroupAdministration kafka)
{
    /// <exception cref="InvalidOperationException">Something is not as it must be; says what.</exception>
    public async Task CheckAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        if (await zooKeeper.FindAsync(hermes.Groups, cancellationToken) is null)
            throw new InvalidOperationException($"There is no registry at {hermes.Groups}: nothing is deleted by one that is not there.");
        var present = await kafka.ClusterIdAsync();
        if ((await zooKeeper.TryGetAsync(paths.Cluster, cancellationToken) ?? await LearnAsync(term, present, cancellationToken)) is not { } known)
            return;
        if (Encoding.UTF8.GetString(known.Data.Span) is var expected && expected != present)
        {
            throw new InvalidOperationException(
                $"Kafka is cluster '{present}', but what is known is about '{expected}' ({paths.Cluster}): nothing is deleted. If the cluster was replaced, delete that node.");
        }
    }

    /// <returns>What another has written meanwhile, or <see langword="null"/>: from now on it is the present one.</returns>
    private async Task<NodeData?> LearnAsync(LeadershipTerm term, string present, CancellationToken cancellationToken)
    {
        try
        {
            await zooKeeper.MultiAsync([term.Guard, Operation.Create(paths.Cluster, Encoding.UTF8.GetBytes(present), CreateMode.Persistent)], cancellationToken);
            return null;
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists)
        {
            // The duties of a janitor begin together, and one was faster.
            return await zooKeeper.GetAsync(paths.Cluster, cancellationToken);
        }
    }
}
