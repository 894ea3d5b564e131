using Hermes.Shared.Fleet;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Rates;

/// <summary>What a consumer's two nodes say of its rates.</summary>
internal sealed partial class KnownRates
{
    private static readonly Dictionary<long, double> None = [];
    private static readonly Dictionary<long, IReadOnlyList<double>> Silent = [];
    private readonly string _folder;
    private readonly string _node;
    private readonly IReadOnlyDictionary<long, double> _rates;
    private readonly IReadOnlyDictionary<long, IReadOnlyList<double>> _histories;
    private readonly int? _version;
    private readonly bool _hasFolder;

    private KnownRates(FleetPaths paths, string consumer, NodeData? rates, NodeData? histories, bool hasFolder, ILogger logger)
    {
        (_folder, _node, _version, _hasFolder) = (paths.Rate(consumer), paths.MaxRates(consumer), rates?.Stat.Version, hasFolder);
        _rates = rates is { } max ? TryRead(_node, max.Data, MaxRates.Read, logger) ?? None : None;
        _histories = histories is { } used ? TryRead(paths.RateHistory(consumer), used.Data, RateHistories.Read, logger) ?? Silent : Silent;
    }

    public static async Task<KnownRates> ReadAsync(IZooKeeper zooKeeper, FleetPaths paths, string consumer, ILogger logger, CancellationToken cancellationToken)
    {
        var rates = zooKeeper.TryGetAsync(paths.MaxRates(consumer), cancellationToken);
        var histories = zooKeeper.TryGetAsync(paths.RateHistory(consumer), cancellationToken);
        var folder = zooKeeper.FindAsync(paths.Rate(consumer), cancellationToken);
        return new(paths, consumer, await rates, await histories, await folder is not null, logger);
    }

    public RateShare ShareOf(long subscription) => new(
        _rates.TryGetValue(subscription, out var rate) ? rate : null, _histories.GetValueOrDefault(subscription) ?? []);

    /// <summary>Adds what is to be written so that the consumer may do what is agreed now; nothing where that is what it may already.</summary>
    public void AddWrite(List<Operation> writes, IReadOnlyDictionary<long, double> rates)
    {
        if (_version is not null && _rates.Count == rates.Count && rates.All(r => _rates.TryGetValue(r.Key, out var before) && before.Equals(r.Value)))
            return;
        if (_version is { } version)
        {
            writes.Add(Operation.Set(_node, MaxRates.Write(rates), version));
            return;
        }
        if (!_hasFolder)
            writes.Add(Operation.Create(_folder, default, CreateMode.Persistent));
        writes.Add(Operation.Create(_node, MaxRates.Write(rates), CreateMode.Persistent));
    }

    private static T? TryRead<T>(string path, ReadOnlyMemory<byte> data, Func<ReadOnlySpan<byte>, T> read, ILogger logger) where T : class
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
        [LoggerMessage(LogEvents.RatesUnreadable, LogLevel.Warning, "{Path} is ignored: {Reason}")]
        public static partial void Unreadable(ILogger logger, string path, string reason);
    }
}
