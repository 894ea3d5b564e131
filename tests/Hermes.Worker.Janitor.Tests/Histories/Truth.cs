using Hermes.Shared.ConsumerGroups;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>What is really so, and since when, by the true time. It judges each deletion at the moment at which it is asked for.</summary>
internal sealed class Truth(World world)
{
    // What came later than the janitor's last look cannot be known to it; it looks again where that look is older than this.
    private static readonly TimeSpan Unseen = TimeSpan.FromSeconds(2);
    private readonly Dictionary<(string What, string Whose), TimeSpan> _since = [];
    private readonly Dictionary<string, List<TimeSpan>> _moves = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (TimeSpan At, int Jumps)> _seenInUse = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _allowed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, long>> _owed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _taskLast = new(StringComparer.Ordinal);
    private readonly List<TimeSpan> _jumps = [];

    /// <summary>What must never have happened.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>How many deletions there were.</summary>
    public int Deletions { get; private set; }

    private TimeSpan Now => world.Clock.Passed;

    public void Begin((string, string) fact) => _since.TryAdd(fact, Now);

    public void End((string, string) fact) => _since.Remove(fact);

    public void Jumped() => _jumps.Add(Now);

    public void Allowed(string key) => _allowed[key] = Now;

    /// <summary>The subscription is gone: its place is owed to nobody.</summary>
    public void Forget(string group) => _owed.Remove(group);

    public void Committed(string group, string topic, long? before, long after)
    {
        if (!_owed.TryGetValue(group, out var owed))
            _owed[group] = owed = new(StringComparer.Ordinal);
        owed[topic] = Math.Max(after, owed.GetValueOrDefault(topic));
        if (before == after)
            return;
        foreach (var key in new[] { group, GroupKey.Of(group, topic) })
        {
            if (!_moves.TryGetValue(key, out var moves))
                _moves[key] = moves = [];
            moves.Add(Now);
        }
    }

    /// <summary>Notes which tasks there are; called whenever anything may have changed.</summary>
    public void LookAtTasks()
    {
        foreach (var name in World.Subscriptions.Where(world.HasTask))
            _taskLast[World.Group(name)] = Now;
    }

    /// <summary>A look at all groups that began at this moment ended well: what was in use all the while was seen to be.</summary>
    public void Looked(TimeSpan from)
    {
        foreach (var group in World.Subscriptions.Select(World.Group))
        {
            if (Held("subscription", group, from) || Held("members", group, from))
                _seenInUse[group] = (Now, 0);
            foreach (var topic in new[] { World.Json, World.Avro })
            {
                if (Held("read", topic, from) || !_since.ContainsKey(("subscription", group)))
                    _seenInUse[GroupKey.Of(group, topic)] = (Now, 0);
            }
        }
    }

    /// <summary>A janitor asks the broker to delete a group.</summary>
    public void Judge(string group, TimeSpan runFrom, JanitorOptions options)
    {
        Deletions++;
        if (World.Subscriptions.All(n => World.Group(n) != group))
        {
            Violate($"{group} is somebody else's");
            return;
        }
        foreach (var what in new[] { "subscription", "members", "job" })
        {
            if (Held(what, group, Now - Unseen))
                Violate($"{group} is protected: {what}");
        }
        if (!_taskLast.TryGetValue(group, out var task) || task < runFrom)
            JudgeRest(group, group, options);
    }

    /// <summary>A janitor asks the broker to forget the offsets of one topic.</summary>
    public void Judge(string group, string topic, JanitorOptions options)
    {
        Deletions++;
        if (topic == World.Foreign || World.Subscriptions.All(n => World.Group(n) != group))
            Violate($"{topic} of {group} is somebody else's");
        if (Held("job", group, Now - Unseen) || Held("read", topic, Now - Unseen))
            Violate($"the offsets of {topic} of {group} are protected");
        JudgeRest(group, GroupKey.Of(group, topic), options);
    }

    /// <summary>What must be so when all has been quiet for long enough.</summary>
    public void JudgeEnd()
    {
        foreach (var name in World.Subscriptions)
        {
            var group = World.Group(name);
            if (world.IsThere(name))
                JudgePlace(group);
            else if (world.Broker.Groups.TryGetValue(group, out var left) && left.ReadTopics.Count == 0 && !world.HasJob(name) && name != "denied" && left.Offsets.Keys.All(t => t is World.Json or World.Avro))
                Violate($"{group} is abandoned, and is still there");
            if (world.HasTask(name) && !world.HasJob(name) && world.Broker.Members(group) == 0)
                Violate($"the task for {name} is still there");
        }
        if (!world.Broker.Groups.ContainsKey("stranger") || !world.Broker.Groups.ContainsKey(World.Stranger) || !world.Broker.Groups.ContainsKey(World.Group("keeper")))
            Violate("a group is gone that was never ours to delete");
    }

    private void JudgePlace(string group)
    {
        foreach (var (topic, owed) in _owed.GetValueOrDefault(group) ?? [])
        {
            if (!world.ReadTopics.Contains(topic))
            {
                // Where it has nothing of what it reads, or members that read what the topic was, nothing is proven.
                var isLeft = world.Broker.Committed(group, topic) is not null && topic != World.Foreign
                    && world.Broker.Committed(group, world.ReadTopics.First()) is not null && !world.Broker.Groups[group].ReadTopics.Contains(topic);
                if (isLeft && !_since.ContainsKey(("job", group)) && group != World.Group("denied"))
                    Violate($"{group} still has its leftover offsets of {topic}");
            }
            else if (world.Broker.Committed(group, topic) is not { } place)
                Violate($"{group} lost its place in {topic}, {owed}");
            else if (place > owed)
                Violate($"{group} skips from {owed} to {place} in {topic}");
        }
    }

    private void JudgeRest(string group, string key, JanitorOptions options)
    {
        if (group == World.Group("denied"))
            Violate($"{group} is denied");
        // What moved since the last look cannot be known.
        var moved = _moves.GetValueOrDefault(key)?.Where(m => Now - m > Unseen).DefaultIfEmpty().Max() ?? TimeSpan.Zero;
        var active = _seenInUse.TryGetValue(key, out var seen) && seen.At > moved ? seen.At : moved;
        var jumped = options.LongestStep * _jumps.Count(j => j >= active);
        if (Now - active < options.InactiveAfter - jumped)
            Violate($"{key} was active {Now - active} ago");
        if (options.DryRun && (!_allowed.TryGetValue(key, out var allowed) || allowed < active))
            Violate($"nobody allowed the deletion of {key}");
    }

    private bool Held(string what, string whose, TimeSpan from) => _since.TryGetValue((what, whose), out var since) && since < from;

    private void Violate(string what) => Violations.Add($"{Now}: {what}");
}
