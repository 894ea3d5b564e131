using System.Globalization;
using System.Text;
using Hermes.Cli.Connections;
using Hermes.Shared.Fleet;
using Hermes.Shared.Naming;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Consumers;

/// <summary>Reads the fleet's nodes.</summary>
internal static class FleetReading
{
    /// <summary>All that are there, and those that only have something left behind; by name.</summary>
    public static async Task<IReadOnlyList<FleetConsumer>> ReadAsync(Installation hermes, CancellationToken cancellationToken)
    {
        var (zooKeeper, paths) = (hermes.ZooKeeper, hermes.Fleet);
        var present = await ChildrenAsync(zooKeeper, paths.Nodes, cancellationToken);
        var assigned = await ChildrenAsync(zooKeeper, paths.Assignments, cancellationToken);
        var leader = await LeaderAsync(zooKeeper, paths, cancellationToken);
        var names = new Dictionary<long, SubscriptionName>();
        foreach (var subscription in await hermes.Reader.AllSubscriptionsAsync(cancellationToken))
        {
            if (await zooKeeper.FindAsync(hermes.Paths.Subscription(subscription), cancellationToken) is { } stat)
                names[stat.CreatedZxid] = subscription;
        }
        var consumers = new List<FleetConsumer>();
        foreach (var consumer in present.Union(assigned, StringComparer.Ordinal).Order(StringComparer.Ordinal))
            consumers.Add(await ConsumerAsync(zooKeeper, paths, consumer, present.Contains(consumer), consumer == leader, names, cancellationToken));
        return consumers;
    }

    private static async Task<FleetConsumer> ConsumerAsync(
        IZooKeeper zooKeeper, FleetPaths paths, string consumer, bool isPresent, bool isLeader, Dictionary<long, SubscriptionName> names, CancellationToken cancellationToken)
    {
        try
        {
            var work = await FindAsync(zooKeeper, paths.Assignment(consumer), AssignedWork.Read, cancellationToken) ?? new HashSet<long>();
            var rates = await FindAsync(zooKeeper, paths.MaxRates(consumer), MaxRates.Read, cancellationToken);
            var used = await FindAsync(zooKeeper, paths.RateHistory(consumer), RateHistories.Read, cancellationToken);
            var load = await FindAsync(zooKeeper, paths.Load(consumer), ConsumerLoad.Read, cancellationToken);
            var assignments = work.Select(id => new FleetWork(
                names.GetValueOrDefault(id)?.ToString() ?? id.ToString(CultureInfo.InvariantCulture), id, Find(rates, id), Newest(used, id), Find(load?.OperationsPerSecond, id)));
            return new(consumer, isPresent, isLeader, [.. assignments.OrderBy(a => a.Subscription, StringComparer.Ordinal)],
                load is { CpuUtilization: >= 0 } ? load.CpuUtilization : null, null);
        }
        catch (InvalidDataException e)
        {
            return new(consumer, isPresent, isLeader, [], null, e.Message);
        }
    }

    /// <summary>The candidate with the lowest number, as Curator decides it.</summary>
    private static async Task<string?> LeaderAsync(IZooKeeper zooKeeper, FleetPaths paths, CancellationToken cancellationToken)
    {
        const string marker = "latch-";
        var candidates = await ChildrenAsync(zooKeeper, paths.Leader, cancellationToken);
        if (candidates.Where(c => c.Contains(marker, StringComparison.Ordinal)).MinBy(c => c[c.LastIndexOf(marker, StringComparison.Ordinal)..], StringComparer.Ordinal) is not { } first)
            return null;
        return await zooKeeper.TryGetAsync($"{paths.Leader}/{first}", cancellationToken) is { } node ? Encoding.UTF8.GetString(node.Data.Span) : null;
    }

    private static async Task<T?> FindAsync<T>(IZooKeeper zooKeeper, string path, Func<ReadOnlySpan<byte>, T> read, CancellationToken cancellationToken) where T : class =>
        await zooKeeper.TryGetAsync(path, cancellationToken) is { } node ? read(node.Data.Span) : null;

    private static async Task<IReadOnlyList<string>> ChildrenAsync(IZooKeeper zooKeeper, string path, CancellationToken cancellationToken) =>
        await zooKeeper.TryGetChildrenAsync(path, cancellationToken) is { } children ? children.Names : [];

    private static double? Find(IReadOnlyDictionary<long, double>? values, long id) => values is not null && values.TryGetValue(id, out var value) ? value : null;

    private static double? Newest(IReadOnlyDictionary<long, IReadOnlyList<double>>? histories, long id) =>
        histories?.GetValueOrDefault(id) is { Count: > 0 } history ? history[0] : null;
}
