using System.Text.Json;
using Hermes.Shared.ConsumerGroups;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;

namespace Hermes.Worker.Janitor.Inactivity;

/// <summary>For how long groups have been seen as they are: nodes, so that the next leader goes on, and in memory what this one
/// wrote, since nobody else writes them during its term.</summary>
internal sealed class Observations(IZooKeeper zooKeeper, JanitorPaths paths, JanitorOptions options)
{
    private const int WrittenAtOnce = 100;
    private const int BytesAtOnce = 1 << 18; // a multi must stay far below the server's limit for a request
    private readonly Dictionary<string, (Observation? Seen, int Version)> _known = new(StringComparer.Ordinal);
    private long? _term;

    /// <summary>Those that are at rest for long enough, seen more than once.</summary>
    public IEnumerable<(string Key, Observation Seen)> Ripe =>
        _known.Where(k => k.Value.Seen is { IsOwned: false } seen && Rest.IsRipe(seen, options.InactiveAfter)).Select(k => (k.Key, k.Value.Seen!));

    /// <summary>When a group was last seen.</summary>
    public DateTimeOffset? LastSeen(string key) => _known.GetValueOrDefault(key).Seen?.LastSeen;

    /// <summary>Reads what earlier leaders have seen, once in a term.</summary>
    public async Task LoadAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        if (_term == term.FencingNumber)
            return;
        _known.Clear();
        foreach (var key in (await zooKeeper.TryGetChildrenAsync(paths.Observations, cancellationToken))?.Names ?? [])
        {
            if (await zooKeeper.TryGetAsync(paths.Observation(key), cancellationToken) is { } node)
                _known[key] = (Read(node), node.Stat.Version);
        }
        _term = term.FencingNumber;
    }

    /// <summary>Goes on by what was seen now, and forgets what is so no more.</summary>
    public async Task UpdateAsync(LeadershipTerm term, GroupSurvey survey, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var batch = new List<(string Key, Observation? Seen, Operation Write, int Bytes)>();
        foreach (var (key, known) in _known.Where(k => !survey.MayStillBe(k.Key, k.Value.Seen is { IsOwned: true })).ToList())
            await AddAsync((key, null, Operation.Delete(paths.Observation(key), known.Version), 0));
        foreach (var seen in survey.Seen)
        {
            var isKnown = _known.TryGetValue(seen.Key, out var known);
            var observation = Rest.Continue(known.Seen, seen, now, options.LongestStep);
            var data = JsonSerializer.SerializeToUtf8Bytes(observation, JanitorJson.Instance.Observation);
            var path = paths.Observation(seen.Key);
            await AddAsync((seen.Key, observation, isKnown ? Operation.Set(path, data, known.Version) : Operation.Create(path, data, CreateMode.Persistent), data.Length));
        }
        await WriteAsync(term, batch, cancellationToken);

        async Task AddAsync((string Key, Observation? Seen, Operation Write, int Bytes) change)
        {
            batch.Add(change);
            if (batch.Count < WrittenAtOnce && batch.Sum(c => c.Bytes) < BytesAtOnce)
                return;
            await WriteAsync(term, batch, cancellationToken);
            batch.Clear();
        }
    }

    /// <summary>What belongs into the multi that ends one.</summary>
    public Operation Forgetting(string key) => Operation.Delete(paths.Observation(key), NodeVersion.Any);

    /// <summary>Nobody knows whether something was written: the next look reads all anew.</summary>
    public void Doubt() => _term = null;

    /// <summary>Its node is gone.</summary>
    public void Forget(string key) => _known.Remove(key);

    private async Task WriteAsync(LeadershipTerm term, List<(string Key, Observation? Seen, Operation Write, int Bytes)> batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return;
        // Until it is known to be written, nothing is known: the next look reads all anew.
        var current = _term;
        _term = null;
        await zooKeeper.MultiAsync([term.Guard, .. batch.Select(c => c.Write)], cancellationToken);
        _term = current;
        foreach (var (key, seen, _, _) in batch)
        {
            if (seen is null)
                _known.Remove(key);
            else
                _known[key] = (seen, _known.TryGetValue(key, out var known) ? known.Version + 1 : 0);
        }
    }

    private static Observation? Read(NodeData node)
    {
        try
        {
            return JsonSerializer.Deserialize(node.Data.Span, JanitorJson.Instance.Observation);
        }
        catch (JsonException)
        {
            return null; // begun anew
        }
    }
}
