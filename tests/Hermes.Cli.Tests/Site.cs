using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Tests;

/// <summary>An empty Hermes installation of one test: its own root in a real ZooKeeper, its own namespace in the emulator.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly string[] _connection;
    private readonly IAdminClient _admin;
    private readonly string _bootstrapServers;

    public Site(ZooKeeperFixture zooKeeper, EmulatorFixture kafka)
    {
        var servers = zooKeeper.Require();
        Root = zooKeeper.FreshRoot();
        Namespace = $"n{Guid.NewGuid():N}"[..9];
        _bootstrapServers = kafka.BootstrapServers;
        _connection = ["--zookeeper", servers, "--root", Root, "--bootstrap-servers", kafka.BootstrapServers, "--kafka-namespace", Namespace];
        ZooKeeper = ZooKeeperClient.Start(new() { ConnectionString = servers });
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
    }

    public string Root { get; }

    public string Namespace { get; }

    public IZooKeeper ZooKeeper { get; }

    public IAdminClient Kafka => _admin;

    public Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.OfAsync([.. arguments, .. _connection]);

    /// <summary>The same on a machine whose clock is ahead.</summary>
    public Task<CommandRun> RunAheadAsync(TimeSpan ahead, params string[] arguments) => CommandRun.WithInputAsync("", [.. arguments, .. _connection], clock: new ClockAhead(ahead));

    public Task<CommandRun> RunWithInputAsync(string input, params string[] arguments) => CommandRun.WithInputAsync(input, [.. arguments, .. _connection]);

    /// <summary>Group <c>shop</c> with topic <c>shop.orders</c>.</summary>
    public async Task CreateTopicAsync(int partitions = 2)
    {
        (await RunAsync("group", "create", "shop")).Succeeded();
        (await RunAsync("topic", "create", "shop.orders", "--partitions", $"{partitions}")).Succeeded();
    }

    public async Task<JsonNode> DocumentAsync(string path) => JsonNode.Parse((await ZooKeeper.GetAsync(Root + path, TestContext.Current.CancellationToken)).Data.Span)!;

    public async Task<string> TextAsync(string path) => Encoding.UTF8.GetString((await ZooKeeper.GetAsync(Root + path, TestContext.Current.CancellationToken)).Data.Span);

    public async Task<bool> ExistsAsync(string path) => await ZooKeeper.FindAsync(Root + path, TestContext.Current.CancellationToken) is not null;

    public async Task<int> PartitionsAsync(string topic)
    {
        try
        {
            var described = await _admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([$"{Namespace}_{topic}"]));
            return described.TopicDescriptions[0].Partitions.Count;
        }
        catch (DescribeTopicsException)
        {
            return 0;
        }
    }

    /// <summary>The offsets of a group, by partition of one topic.</summary>
    public async Task<Dictionary<int, long>> OffsetsAsync(string group) =>
        (await _admin.ListConsumerGroupOffsetsAsync([new($"{Namespace}_{group}", null)]))[0].Partitions
        .Where(p => p.Offset.Value >= 0).ToDictionary(p => p.Partition.Value, p => p.Offset.Value);

    /// <summary>The records of a topic, all partitions, in the order of their time.</summary>
    public List<ConsumeResult<byte[]?, byte[]>> Records(string topic, int count, int partitions = 2)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]>(new ConsumerConfig { BootstrapServers = _bootstrapServers, GroupId = "reader", EnableAutoCommit = false }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset($"{Namespace}_{topic}", p, Offset.Beginning)));
        var records = new List<ConsumeResult<byte[]?, byte[]>>();
        while (records.Count < count)
            records.Add(consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException($"Only {records.Count} of {count} records came."));
        return records;
    }

    /// <summary>A member of a consumer group.</summary>
    public IConsumer<Ignore, Ignore> Member(string group, string topic)
    {
        var member = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = _bootstrapServers, GroupId = $"{Namespace}_{group}", EnableAutoCommit = false }).Build();
        member.Subscribe($"{Namespace}_{topic}");
        return member;
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await ZooKeeper.DisposeAsync();
    }

    private sealed class ClockAhead(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
