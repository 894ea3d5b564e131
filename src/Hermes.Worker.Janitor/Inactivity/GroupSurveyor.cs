using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Worker.Janitor.CleanUp;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.Inactivity;

/// <summary>Finds the groups that are ours by exact naming and have neither a subscription nor members now, and the offsets that
/// living groups have left behind.</summary>
/// <remarks>Only some groups are read at each look, in turns: each that is costs a node's write, so that the next leader knows what was seen.</remarks>
internal sealed partial class GroupSurveyor(
    IZooKeeper zooKeeper, JanitorPaths paths, CompleteRegistry registry, RegistryReader documents, IGroupAdministration kafka, KafkaNames names, GroupPolicy policy,
    JanitorOptions options, JanitorMetrics metrics, ILogger<GroupSurveyor> logger)
{
    private const int FewestLooks = 100;
    private const int ShareOfOwned = 4; // a quarter of the looks, so that leftovers are found however many look abandoned
    private const int ReadAtOnce = 200;
    private readonly Dictionary<string, DateTimeOffset> _strangers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _unanswered = new(StringComparer.Ordinal);

    /// <param name="lastSeen">When a group was last looked at.</param>
    /// <param name="now">By ZooKeeper's clock.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <exception cref="InvalidOperationException">The registry is empty, or so many look abandoned that something else must be wrong.</exception>
    /// <exception cref="RegistryException">A part of the registry cannot be read: nothing follows from the rest.</exception>
    public async Task<GroupSurvey> LookAsync(Func<string, DateTimeOffset?> lastSeen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var topics = await registry.ReadAsync(cancellationToken);
        var tasks = await TasksAsync(cancellationToken);
        var all = await kafka.GroupsAsync();
        var (candidates, owned) = Sort(all, topics, tasks);
        foreach (var gone in _strangers.Keys.Where(s => !candidates.Contains(s)).ToList())
            _strangers.Remove(gone);
        foreach (var gone in _unanswered.Keys.Where(s => !candidates.Contains(s) && !owned.ContainsKey(s)).ToList())
            _unanswered.Remove(gone);
        var suspects = candidates.Count - _strangers.Count;
        if (suspects > options.MostCandidates && suspects > options.LargestShare * all.Count)
        {
            throw new InvalidOperationException(
                $"{suspects} of {all.Count} groups look abandoned, more than Janitor:LargestShare ({options.LargestShare}) and Janitor:MostCandidates ({options.MostCandidates}) allow: nothing is deleted.");
        }

        var looks = Math.Max(FewestLooks, (int)(options.LookShare * all.Count));
        var kept = Math.Min(owned.Count, looks / ShareOfOwned);
        List<string> turn = [.. Turns(candidates, looks - kept, LastTurn)];
        turn.AddRange(Turns(owned.Keys, looks - turn.Count, LastTurn));
        var lookedAt = await CommittedAsync(turn, now, cancellationToken);
        var read = new Dictionary<TopicName, ReadTopics>();
        var seen = new List<SeenGroup>();
        foreach (var (group, committed) in lookedAt)
        {
            if (owned.TryGetValue(group, out var subscription))
                seen.AddRange(await OwnedAsync(group, subscription, committed, read, cancellationToken));
            else if (names.SubscriptionOf(group, committed.Select(o => o.Topic)) is { } former && topics.ContainsKey(former.Topic))
                seen.Add(new(group, null, former, KeptOffset.Of(committed), IsOwned: false));
            else
                _strangers[group] = now;
        }
        Log.Surveyed(logger, all.Count, owned.Count, candidates.Count - _strangers.Count, lookedAt.Count);
        return new(candidates, owned, lookedAt.Keys.ToHashSet(StringComparer.Ordinal), candidates.Count - _strangers.Count, seen);

        // One whose offsets the broker does not tell has had its turn, so that it holds up no other.
        DateTimeOffset? LastTurn(string group) =>
            _unanswered.TryGetValue(group, out var asked) || _strangers.TryGetValue(group, out asked) ? asked : lastSeen(group);
    }

    /// <summary>What the groups have committed; those of which the broker does not tell are left out, and nothing follows for them.</summary>
    private async Task<IReadOnlyDictionary<string, IReadOnlyList<TopicPartitionOffset>>> CommittedAsync(
        IReadOnlyList<string> groups, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var read = new Dictionary<string, IReadOnlyList<TopicPartitionOffset>>(StringComparer.Ordinal);
        var failures = 0;
        KafkaException? last = null;
        foreach (var asked in groups.Chunk(ReadAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var (group, answer) in await kafka.AllCommittedAsync(asked))
            {
                if (answer.Failure is { } failure)
                {
                    (last, _unanswered[group]) = (failure, now);
                    failures++;
                    continue;
                }
                _unanswered.Remove(group);
                read[group] = answer.Found;
            }
        }
        if (last is not null)
        {
            metrics.LookedAt("unanswered", failures);
            Log.Unanswered(logger, last, failures);
        }
        return read;
    }

    private async Task<HashSet<string>> TasksAsync(CancellationToken cancellationToken) =>
        ((await zooKeeper.TryGetChildrenAsync(paths.Tasks, cancellationToken))?.Names ?? [])
            .Where(task => SubscriptionName.TryParse(task, out _)).Select(task => names.ConsumerGroup(SubscriptionName.Parse(task))).ToHashSet(StringComparer.Ordinal);

    /// <summary>By what the list of groups tells. A topic that the registry does not have tells nothing of its groups: it may be the
    /// registry that is not ours.</summary>
    private (HashSet<string> Candidates, Dictionary<string, SubscriptionName> Owned) Sort(
        IReadOnlyList<(string Id, ConsumerGroupState State)> all, IReadOnlyDictionary<TopicName, IReadOnlyList<SubscriptionName>> topics, HashSet<string> tasks)
    {
        var byGroup = topics.Values.SelectMany(s => s).ToDictionary(names.ConsumerGroup, StringComparer.Ordinal);
        var prefixes = topics.Keys.Select(names.GroupPrefix).ToHashSet(StringComparer.Ordinal);
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        var candidates = new HashSet<string>(StringComparer.Ordinal);
        var owned = new Dictionary<string, SubscriptionName>(StringComparer.Ordinal);
        foreach (var (id, state) in all)
        {
            var what = Judge(id, state);
            found[what] = found.GetValueOrDefault(what) + 1;
        }
        foreach (var (what, count) in found)
            metrics.LookedAt(what, count);
        return (candidates, owned);

        string Judge(string id, ConsumerGroupState state)
        {
            if (byGroup.TryGetValue(id, out var subscription))
            {
                owned[id] = subscription;
                return "subscription";
            }
            if (!IsNamed(id, prefixes))
                return "foreign";
            // Those that a task names are the tasks' business.
            if (tasks.Contains(id))
                return "task";
            if (state is not ConsumerGroupState.Empty)
                return "members";
            if (!policy.Lets(id))
                return "denied";
            candidates.Add(id);
            return "candidate";
        }
    }

    private static bool IsNamed(string id, HashSet<string> prefixes)
    {
        var lookup = prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var i = 0; i < id.Length; i++)
        {
            if (id[i] == '_' && lookup.Contains(id.AsSpan(0, i + 1)))
                return true;
        }
        return false;
    }

    private static IEnumerable<string> Turns(IEnumerable<string> groups, int most, Func<string, DateTimeOffset?> last) =>
        groups.Select(g => (Group: g, Last: last(g))).OrderBy(g => g.Last ?? DateTimeOffset.MinValue).ThenBy(g => g.Group, StringComparer.Ordinal).Take(most).Select(g => g.Group);

    private async Task<IEnumerable<SeenGroup>> OwnedAsync(
        string group, SubscriptionName subscription, IReadOnlyList<TopicPartitionOffset> committed, Dictionary<TopicName, ReadTopics> read, CancellationToken cancellationToken)
    {
        if (!read.TryGetValue(subscription.Topic, out var topics))
            read[subscription.Topic] = topics = ReadTopics.Of(subscription.Topic, (await documents.TopicAsync(subscription.Topic, cancellationToken)).Document, names);
        var offsets = KeptOffset.Of(committed);
        var leftovers = policy.Lets(group) ? LeftoverOffsets.Leftovers(topics, committed, names) : [];
        return leftovers.Select(topic => new SeenGroup(group, topic, subscription, [.. offsets.Where(o => o.Topic == topic)], IsOwned: false))
            .Append(new(group, null, subscription, offsets, IsOwned: true));
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Surveyed, LogLevel.Information, "Looked at {Groups} groups: {Owned} have a subscription, {Candidates} look abandoned; the offsets of {Read} were read")]
        public static partial void Surveyed(ILogger logger, int groups, int owned, int candidates, int read);

        [LoggerMessage(LogEvents.LookFailed, LogLevel.Warning, "The offsets of {Groups} groups could not be read; they have their turn again later")]
        public static partial void Unanswered(ILogger logger, Exception exception, int groups);
    }
}
