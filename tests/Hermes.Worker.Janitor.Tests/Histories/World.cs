using System.Text;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>An installation in memory, and what its people, its management, its consumers and strangers do to it.</summary>
internal sealed class World
{
    public const string Root = "/h";
    public const string Json = "ns_shop.orders";
    public const string Avro = "ns_shop.orders_avro";
    public const string Returns = "ns_shop.returns"; // of ours, and read by none of the subscriptions here
    public const string Foreign = "ns_other"; // no topic of ours
    public const string Stranger = "ns_shop_orders_a_b"; // not by our rule: an underscore would be doubled
    private readonly Dictionary<(string Group, string Topic), long> _last = [];
    private readonly HermesPaths _paths = new(Root);
    private readonly JanitorPaths _janitor = new(new(Root));

    public World()
    {
        Tree = new(() => Clock.ServerTime);
        Truth = new(this);
        foreach (var path in new[]
        {
            Root, _paths.Groups, _paths.Group("shop"), _paths.Topics("shop"), _paths.Topic(Topic), _paths.Subscriptions(Topic),
            // Another topic, with a subscription whose consumers have not begun: where the first is hidden, the registry is not empty.
            _paths.Topic(Other), _paths.Subscriptions(Other), _paths.Subscription(new(Other, "quiet")), $"{Root}/consumer-group-to-delete", _janitor.Tasks,
            $"{Root}/retransmission", $"{Root}/retransmission/jobs", $"{Root}/retransmission/active",
            _janitor.Folder, _janitor.Tombstones, _janitor.History, _janitor.Observations, _janitor.Plans,
        })
            Tree.Create(path);
        Tree.Set(_paths.Group("shop"), """{"groupName":"shop"}""");
        foreach (var topic in new[] { Json, Avro, Returns, Foreign })
            Broker.Ends[topic] = 100;
        ChangeTopic("JSON", isMigrated: false);
        Create("keeper", restores: false);
        Finish();
        Commit(Stranger, Json);
        Broker.Commit("stranger", Foreign, 1);
    }

    public static KafkaNames Names { get; } = new("ns", "_", TopicMapper.JsonToAvroMigration);

    public static TopicName Topic { get; } = TopicName.Parse("shop.orders");

    private static TopicName Other { get; } = TopicName.Parse("shop.other");

    /// <summary>The subscriptions that come and go; the group of the last is denied.</summary>
    public static IReadOnlyList<string> Subscriptions { get; } = ["a", "b", "c", "denied"];

    public SimulatedClock Clock { get; } = new();

    public MemoryTree Tree { get; }

    public MemoryBroker Broker { get; } = new();

    public Truth Truth { get; }

    /// <summary>Which part of the tree nobody sees for the time being.</summary>
    public string? Hidden { get; set; }

    public IReadOnlyCollection<string> ReadTopics { get; private set; } = [];

    private List<(string Name, bool Restores)> Pending { get; } = [];

    public static SubscriptionName Subscription(string name) => new(Topic, name);

    public static string Group(string name) => Names.ConsumerGroup(Subscription(name));

    public bool IsThere(string name) => Tree.Exists(_paths.Subscription(Subscription(name)));

    public bool HasTask(string name) => Tree.Exists(_janitor.Task(Subscription(name)));

    public bool HasJob(string name) => Tree.Exists($"{Root}/retransmission/active/{Subscription(name)}");

    public bool IsHidden(string path) => Hidden is { } hidden && path.StartsWith(hidden, StringComparison.Ordinal);

    /// <summary>The registry vanishes, by a wrong root or by half, or is there again.</summary>
    public void Hide(int what) => Hidden = (what % 3) switch { 0 => _paths.Groups, 1 => _paths.Subscriptions(Topic), _ => null };

    /// <summary>Management begins to create a subscription: its offsets first (C3).</summary>
    public void Create(string name, bool restores)
    {
        if (IsThere(name) || Pending.Exists(p => p.Name == name) || Broker.Members(Group(name)) > 0)
            return;
        foreach (var topic in ReadTopics)
            Commit(Group(name), topic, Broker.Ends[topic]);
        Pending.Add((name, restores));
    }

    /// <summary>And ends it: its node.</summary>
    public void Finish()
    {
        foreach (var (name, restores) in Pending)
        {
            Tree.Create(_paths.Subscription(Subscription(name)), $$"""{"topicName":"shop.orders","name":"{{name}}","endpoint":"http://x/"{{(restores ? ",\"endpointAddressResolverMetadata\":{\"hermesWorkers\":{\"restoreOffsets\":true}}" : "")}}}""");
            Truth.Begin(("subscription", Group(name)));
        }
        Pending.Clear();
    }

    /// <summary>Management deletes a subscription, and dies before it has written the task, or not (C4).</summary>
    public void Remove(string name, bool withTask)
    {
        if (!IsThere(name))
            return;
        Tree.Delete(_paths.Subscription(Subscription(name)));
        Truth.End(("subscription", Group(name)));
        Truth.Forget(Group(name));
        if (withTask)
            Ask(name);
    }

    public void Ask(string name) =>
        Tree.Create(_janitor.Task(Subscription(name)), Encoding.UTF8.GetString(new CleanUpTask(Subscription(name), "dc").Write(DateTimeOffset.UnixEpoch)));

    /// <summary>A task that nobody can understand.</summary>
    public void AskMalformed() => Tree.Create($"{_janitor.Tasks}/malformed", "no json");

    /// <summary>What janitors have seen, by its key.</summary>
    public IReadOnlyList<string> Observations() => Tree.Children(_janitor.Observations) ?? [];

    /// <summary>The task is written once more, as it is: asked for at this moment, whatever was seen before.</summary>
    public void AskAnew(string name)
    {
        if (!HasTask(name))
            return;
        Tree.Set(_janitor.Task(Subscription(name)), Encoding.UTF8.GetString(new CleanUpTask(Subscription(name), "dc").Write(DateTimeOffset.UnixEpoch)));
        Truth.Touched(name);
    }

    /// <summary>A consumer that still runs joins, whether its subscription is there or not.</summary>
    public void JoinAlone(string name)
    {
        Broker.Join(Group(name), ReadTopics.First());
        Truth.Begin(("members", Group(name)));
    }

    /// <summary>A consumer joins, reads on and commits, or all leave.</summary>
    public void Consume(string name, int what)
    {
        var group = Group(name);
        switch (what % 3)
        {
            case 0 when IsThere(name):
                Broker.Join(group, ReadTopics.First());
                Truth.Begin(("members", group));
                break;
            case 1 when Broker.Members(group) > 0:
                Commit(group, ReadTopics.First());
                break;
            case 2:
                Broker.Leave(group);
                Truth.End(("members", group));
                break;
        }
    }

    /// <summary>One who is no member commits, as a consumer does that only assigns partitions to itself, or a tool of somebody.</summary>
    public void CommitAlone(string name, string topic)
    {
        if (Broker.Members(Group(name)) == 0)
            Commit(Group(name), topic);
    }

    public void Publish()
    {
        foreach (var topic in Broker.Ends.Keys.ToList())
            Broker.Ends[topic]++;
    }

    public void ToggleJob(string name)
    {
        var path = $"{Root}/retransmission/active/{Subscription(name)}";
        if (Tree.Exists(path))
        {
            Tree.Delete(path);
            Truth.End(("job", Group(name)));
        }
        else
        {
            Tree.Create(path);
            Truth.Begin(("job", Group(name)));
        }
    }

    public void ChangeTopic(string contentType, bool isMigrated)
    {
        Tree.Set(_paths.Topic(Topic), $$"""{"name":"shop.orders","contentType":"{{contentType}}","migratedFromJsonType":{{(isMigrated ? "true" : "false")}}}""");
        ReadTopics = contentType == "JSON" ? [Json] : isMigrated ? [Avro, Json] : [Avro];
        foreach (var topic in new[] { Json, Avro })
        {
            if (ReadTopics.Contains(topic))
                Truth.Begin(("read", topic));
            else
                Truth.End(("read", topic));
        }
    }

    /// <summary>Somebody says yes to a plan that he has read: the newest, or the oldest that there is.</summary>
    public void ApplyPlan(bool isNewest)
    {
        var plans = Tree.Children(_janitor.Plans);
        if (plans is not { Count: > 0 } || (isNewest ? plans[^1] : plans[0]) is not { } id || Tree.Exists(_janitor.Apply(id)))
            return;
        Tree.Create(_janitor.Apply(id));
        foreach (var planned in Plan(id).Groups)
            Truth.Allowed(planned.Key, id);
    }

    /// <summary>The node of a subscription that is about to be there, without its offsets: they were taken.</summary>
    public void Begin(string name) => Pending.Add((name, false));

    /// <summary>A subscription is there again, and wants to go on where it was.</summary>
    public void AskForOldOffsets(string name)
    {
        Pending.Clear();
        Create(name, restores: true);
        Finish();
    }

    /// <summary>The jobs that there are.</summary>
    public IReadOnlyList<string> Jobs() => Tree.Children($"{Root}/retransmission/jobs") ?? [];

    /// <summary>A retransmitter does what jobs ask for.</summary>
    public void CarryOutJobs()
    {
        foreach (var id in Jobs())
        {
            var path = $"{Root}/retransmission/jobs/{id}";
            var job = JobRequest.Read(Tree.Find(path)!.Value.Data)!.Document;
            foreach (var (topic, partitions) in job.Target.Offsets!)
                Broker.Commit(Names.ConsumerGroup(SubscriptionName.Parse(job.Subscription)), topic, partitions[0]);
            Tree.Delete(path);
        }
    }

    /// <summary>The plans that there are.</summary>
    public IReadOnlyList<string> Plans() => Tree.Children(_janitor.Plans) ?? [];

    public GroupPlan Plan(string id) => System.Text.Json.JsonSerializer.Deserialize(Tree.Find(_janitor.Plan(id))!.Value.Data.Span, JanitorJson.Instance.GroupPlan)!;

    /// <summary>What is kept under a key.</summary>
    public Tombstone? Tombstone(string key) =>
        Tree.Find(_janitor.Tombstone(key)) is { } node ? System.Text.Json.JsonSerializer.Deserialize(node.Data.Span, JanitorJson.Instance.Tombstone) : null;

    /// <summary>What the janitors say that they did.</summary>
    public IEnumerable<string> History() => (Tree.Children(_janitor.History) ?? []).Select(name => Encoding.UTF8.GetString(Tree.Find($"{_janitor.History}/{name}")!.Value.Data.Span));

    private void Commit(string group, string topic, long? offset = null)
    {
        // On from where it ever was: what goes back to where it has been cannot be told from what rested.
        var after = Math.Min(offset ?? _last.GetValueOrDefault((group, topic)) + 1, Broker.Ends[topic]);
        // What was deleted and comes back as it was, between two looks, cannot be told from it either.
        var before = Broker.Committed(group, topic) ?? _last.GetValueOrDefault((group, topic), -1);
        _last[(group, topic)] = after;
        Broker.Commit(group, topic, after);
        Truth.Committed(group, topic, before, after);
    }
}
