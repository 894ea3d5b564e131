using Hermes.Shared.Fleet;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Balancing;

/// <summary>How many consumers each subscription is to have: by its own constraint, else by its topic's, else by the settings.</summary>
internal sealed partial class WorkNeeds(RegistryView registry, TreeView constraints, FleetPaths paths, BalancingOptions options, ILogger logger)
{
    private readonly HashSet<(string Path, long Zxid)> _named = [];

    /// <summary>The needs of all subscriptions that are to be served, pending ones among them.</summary>
    public IReadOnlyDictionary<long, int> Read()
    {
        var needs = new Dictionary<long, int>();
        foreach (var subscription in registry.Subscriptions)
        {
            if (subscription.Document.IsServed)
                needs[subscription.Identity] = NeedOf(subscription.Name);
        }
        return needs;
    }

    private int NeedOf(SubscriptionName name) => Find(paths.Constraint(name)) ?? Find(paths.Constraint(name.Topic)) ?? options.ConsumersPerSubscription;

    private int? Find(string path)
    {
        if (constraints.Find(path) is not { } node)
            return null;
        try
        {
            return WorkConstraint.Read(node.Data.Span).ConsumersNumber;
        }
        catch (InvalidDataException e)
        {
            if (_named.Add((path, node.Stat.ModifiedZxid)))
                Log.ConstraintUnreadable(logger, path, e.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.ConstraintUnreadable, LogLevel.Warning, "The constraint {Path} is ignored: {Reason}")]
        public static partial void ConstraintUnreadable(ILogger logger, string path, string reason);
    }
}
