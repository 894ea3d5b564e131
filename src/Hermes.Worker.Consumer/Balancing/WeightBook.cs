using Hermes.Shared.Fleet;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Balancing;

/// <summary>What the weighted leader knows of loads: the consumers' reports, and the profiles that it keeps in ZooKeeper.</summary>
internal sealed partial class WeightBook(IZooKeeper zooKeeper, FleetPaths paths, BalancingOptions options, ILogger<WeightBook> logger, TimeProvider clock)
{
    private IReadOnlyDictionary<string, double> _scores = new Dictionary<string, double>(StringComparer.Ordinal);
    private DateTimeOffset _scoredAt = DateTimeOffset.MinValue;
    private SubscriptionProfiles? _profiles;
    private int? _version;

    /// <summary>Reads reports and profiles, and weighs.</summary>
    public async Task<Weights> ReadAsync(WorkState state, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var loads = await LoadsAsync(state.Consumers, cancellationToken);
        var node = await zooKeeper.TryGetAsync(paths.Profiles, cancellationToken);
        _version = node?.Stat.Version;
        var before = node is { } found ? TryRead(paths.Profiles, found.Data, SubscriptionProfiles.Read) : null;
        _profiles = LoadProfiles.Update(before, loads.Values, state.Needs.Keys, now, options.WeightWindow);
        var unstable = _profiles.Profiles
            .Where(p => p.Value.LastRebalancedMs != SubscriptionProfile.Never && _profiles.UpdatedMs - p.Value.LastRebalancedMs < options.StabilizationWindow.TotalMilliseconds)
            .Select(p => p.Key).ToHashSet();
        return new(_profiles.Profiles.ToDictionary(p => p.Key, p => p.Value.OperationsPerSecond), SharesOf(state, loads, now), unstable, options.MinSignificantChangePercent / 100);
    }

    /// <summary>Writes the profiles down, with the moves of a plan that was carried out.</summary>
    public async Task WriteAsync(LeadershipTerm term, IReadOnlyDictionary<string, SortedSet<long>> plan, WorkState state, CancellationToken cancellationToken)
    {
        if (_profiles is not { } profiles)
            return;
        var moved = plan
            .SelectMany(p => p.Value.Where(id => state.Assigned.Any(a => a.Value.Contains(id)) && !(state.Assigned.TryGetValue(p.Key, out var had) && had.Contains(id))))
            .ToHashSet();
        var written = new SubscriptionProfiles(profiles.UpdatedMs,
            profiles.Profiles.ToDictionary(p => p.Key, p => moved.Contains(p.Key) ? p.Value with { LastRebalancedMs = profiles.UpdatedMs } : p.Value)).Write();
        await zooKeeper.WriteAsync(term,
            [_version is { } version ? Operation.Set(paths.Profiles, written, version) : Operation.Create(paths.Profiles, written, CreateMode.Persistent)], cancellationToken);
    }

    private IReadOnlyDictionary<string, double> SharesOf(WorkState state, IReadOnlyDictionary<string, ConsumerLoad> loads, DateTimeOffset now)
    {
        if (options.TargetWeight is not TargetWeight.Scoring)
            return LoadProfiles.EqualShares(state.Consumers);
        _scores = LoadProfiles.Scores(_scores, loads, state.Consumers, options.ScoringGain, LoadProfiles.Smoothing(now - _scoredAt, options.WeightWindow));
        _scoredAt = now;
        return LoadProfiles.Shares(_scores);
    }

    private async Task<Dictionary<string, ConsumerLoad>> LoadsAsync(IEnumerable<string> consumers, CancellationToken cancellationToken)
    {
        var loads = new Dictionary<string, ConsumerLoad>(StringComparer.Ordinal);
        foreach (var consumer in consumers)
        {
            if (await zooKeeper.TryGetAsync(paths.Load(consumer), cancellationToken) is { } node
                && TryRead(paths.Load(consumer), node.Data, ConsumerLoad.Read) is { } load)
                loads[consumer] = load;
        }
        return loads;
    }

    private T? TryRead<T>(string path, ReadOnlyMemory<byte> data, Func<ReadOnlySpan<byte>, T> read) where T : class
    {
        try
        {
            return read(data.Span);
        }
        catch (InvalidDataException e)
        {
            Log.Unreadable(logger, path, e.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.LoadUnreadable, LogLevel.Warning, "{Path} is ignored: {Reason}")]
        public static partial void Unreadable(ILogger logger, string path, string reason);
    }
}
