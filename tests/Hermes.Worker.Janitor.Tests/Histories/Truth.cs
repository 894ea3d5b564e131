using Hermes.Shared.ConsumerGroups;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>What is really so, and since when, by the true time. It judges each deletion at the moment at which it is asked for.</summary>
internal sealed class Truth(World world)
{
    // What came later than the janitor's last look cannot be known to it; it looks again where that look is older than this.
    private static readonly TimeSpan Unseen = TimeSpan.FromSeconds(2);
    private readonly Dictionary<(string What, string Whose), TimeSpan> _since = [];
    private readonly Dictionary<(string What, string Whose), TimeSpan> _ended = [];
    private readonly Dictionary<string, List<TimeSpan>> _moves = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (TimeSpan At, int Jumps)> _seenInUse = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _allowed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, long>> _owed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _taskLast = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _planned = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _taskRead = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _taskTouched = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _absent = new(StringComparer.Ordinal);
    private readonly List<TimeSpan> _jumps = [];
    private readonly Dictionary<(string Group, string Topic), TimeSpan> _committed = [];
    private TimeSpan _lastLook;
    private int _calls;

    /// <summary>What must never have happened.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>How many deletions there were.</summary>
    public int Deletions { get; private set; }

    private TimeSpan Now => world.Clock.Passed;

    public void Begin((string, string) fact) => _since.TryAdd(fact, Now);

    public void End((string, string) fact)
    {
        if (_since.Remove(fact))
            _ended[fact] = Now;
    }

    public void Jumped() => _jumps.Add(Now);

    /// <summary>Somebody says yes to a plan: for what was so when it was made.</summary>
    public void Allowed(string key, string plan)
    {
        var made = _planned.GetValueOrDefault(plan);
        if (!_allowed.TryGetValue(key, out var before) || before < made)
            _allowed[key] = made;
    }

    /// <summary>A task is asked for once more.</summary>
    public void Touched(string name) => _taskTouched[name] = ++_calls;

    /// <summary>A call of a janitor was answered.</summary>
    public void Read(string call)
    {
        if (call.StartsWith("get ", StringComparison.Ordinal) && World.Subscriptions.FirstOrDefault(n => call.EndsWith($"/tasks/{World.Subscription(n)}", StringComparison.Ordinal)) is { } name)
            _taskRead[name] = ++_calls;
    }

    /// <summary>The subscription is gone: its place is owed to nobody.</summary>
    public void Forget(string group) => _owed.Remove(group);

    public void Committed(string group, string topic, long before, long after)
    {
        if (!_owed.TryGetValue(group, out var owed))
            _owed[group] = owed = new(StringComparer.Ordinal);
        owed[topic] = Math.Max(after, owed.GetValueOrDefault(topic));
        _committed[(group, topic)] = Now;
        if (before == after)
            return;
        foreach (var key in new[] { group, GroupKey.Of(group, topic) })
        {
            if (!_moves.TryGetValue(key, out var moves))
                _moves[key] = moves = [];
            moves.Add(Now);
        }
    }

    /// <summary>A janitor has given offsets back, or deleted them. What moved since the last look and is now as it was cannot be told from what rested.</summary>
    public void Restored(string group)
    {
        foreach (var key in _moves.Keys.Where(k => GroupKey.Parse(k).Group == group))
            _moves[key].RemoveAll(m => m >= _lastLook);
    }

    /// <summary>Looks which tasks there are; called whenever anything may have changed. Only janitors take one away.</summary>
    public void LookAtTasks()
    {
        _calls++;
        foreach (var name in World.Subscriptions)
        {
            var group = World.Group(name);
            if (!world.Broker.Groups.ContainsKey(group))
                _absent[group] = _calls;
            if (world.HasTask(name))
            {
                _taskLast[group] = Now;
                _tasks.Add(name);
            }
            else if (_tasks.Remove(name))
            {
                var read = _taskRead.GetValueOrDefault(name);
                if (_taskTouched.GetValueOrDefault(name) > read)
                    Violate($"the task for {name} was asked for anew, and is gone");
                if (!world.IsThere(name) && _absent.GetValueOrDefault(group) <= read)
                    Violate($"the task for {name} is gone, and its group was never");
            }
        }
    }

    /// <summary>A janitor has written. It must lead, at that very moment.</summary>
    public void JudgeWrite(string call, TimeSpan? deposedAt)
    {
        if (deposedAt is { } at)
            Violate($"somebody who leads no more since {at} wrote: {call}");
    }

    /// <summary>A janitor asks Kafka for something. It must have led a moment ago.</summary>
    public void JudgeLeader(string call, TimeSpan? deposedAt)
    {
        if (deposedAt is { } at && Now - at > Unseen)
            Violate($"somebody who leads no more since {at} asks Kafka: {call}");
    }

    /// <summary>A janitor may have written a plan: all in it must have been at rest for long enough when its run began.</summary>
    public void JudgePlans(TimeSpan runFrom, JanitorOptions options)
    {
        foreach (var id in world.Plans())
        {
            if (!_planned.TryAdd(id, Now))
                continue;
            foreach (var planned in world.Plan(id).Groups)
            {
                var active = ActiveAt(planned.Key, runFrom);
                if (Now - active < RestAfter(active, options))
                    Violate($"{planned.Key} is planned, and was active {Now - active} ago");
                if (planned.Topic is null && Held("subscription", planned.Group, runFrom))
                    Violate($"{planned.Key} is planned, and has a subscription");
            }
        }
    }

    /// <summary>A look at all groups that began at this moment ended well: what was in use all the while was seen to be.</summary>
    public void Looked(TimeSpan from)
    {
        _lastLook = from;
        foreach (var group in World.Subscriptions.Select(World.Group))
        {
            if (Held("subscription", group, from) || Held("members", group, from))
                _seenInUse[group] = (Now, 0);
            foreach (var topic in new[] { World.Json, World.Avro })
            {
                if (Held("read", topic, from) || IsOver("subscription", group, from))
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
        JudgeTombstone(group, null);
        Restored(group); // where it comes back as it was at the last look
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
        JudgeTombstone(group, topic);
        JudgeRest(group, GroupKey.Of(group, topic), options);
        _owed.GetValueOrDefault(group)?.Remove(topic); // also where it is read once more, later
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
        var active = ActiveAt(key, Now - Unseen);
        if (Now - active < RestAfter(active, options))
            Violate($"{key} was active {Now - active} ago");
        if (options.DryRun && (!_allowed.TryGetValue(key, out var allowed) || allowed < active))
            Violate($"nobody allowed the deletion of {key}");
    }

    /// <summary>What is lost must be kept, but for what came after the last look.</summary>
    private void JudgeTombstone(string group, string? topic)
    {
        var kept = world.Tombstone(GroupKey.Of(group, topic));
        foreach (var (name, offset) in world.Broker.Groups.TryGetValue(group, out var found) ? found.Offsets : [])
        {
            if ((topic ?? name) != name)
                continue;
            if (_committed.TryGetValue((group, name), out var at) && Now - at <= Unseen)
            {
                // Of a topic of which the tombstone knows nothing at all nobody can say what it was.
                if (topic is null && kept?.Offsets.Any(o => o.Topic == name) is not true)
                    _owed.GetValueOrDefault(group)?.Remove(name);
            }
            else if (kept?.Offsets.FirstOrDefault(o => o.Topic == name)?.Offset != offset)
                Violate($"{offset} of {name} of {group} is deleted and not kept");
        }
    }

    /// <summary>When it was last active, of what was before a moment: what came later cannot be known.</summary>
    private TimeSpan ActiveAt(string key, TimeSpan before)
    {
        var moved = _moves.GetValueOrDefault(key)?.Where(m => m < before).DefaultIfEmpty().Max() ?? TimeSpan.Zero;
        return _seenInUse.TryGetValue(key, out var seen) && seen.At > moved ? seen.At : moved;
    }

    private TimeSpan RestAfter(TimeSpan active, JanitorOptions options) => options.InactiveAfter - (options.LongestStep * _jumps.Count(j => j >= active));

    private bool IsOver(string what, string whose, TimeSpan from) => !_since.ContainsKey((what, whose)) && _ended.GetValueOrDefault((what, whose)) < from;

    private bool Held(string what, string whose, TimeSpan from) => _since.TryGetValue((what, whose), out var since) && since < from;

    private void Violate(string what) => Violations.Add($"{Now}: {what}");
}
