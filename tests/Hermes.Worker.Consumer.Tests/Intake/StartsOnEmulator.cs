using Confluent.Kafka;
using Hermes.Shared.Kafka;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Consumer.Intake;

namespace Hermes.Worker.Consumer.Tests.Intake;

/// <summary>Partitions come to a group that has no offsets: where they are read from, and at what cost.</summary>
public sealed class StartsOnEmulator(ZooKeeperFixture zooKeeper) : IAsyncLifetime
{
    private const int Partitions = 12;
    private const short ListOffsets = 2;
    private const short OffsetFetch = 9;

    // A member of the group whatever the fleet says: what is tried here is the group's.
    private static readonly (string, string) Alone = ("Consumer:Workload", "All");
    private readonly RequestCounter _requests = new();
    private EmulatorProcess _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await EmulatorProcess.LaunchAsync("--advertise", _requests.Address);
        _requests.Forward(_broker.BootstrapServers);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        await _requests.DisposeAsync();
    }

    [Fact]
    public async Task Each_partition_is_found_by_its_commit_by_time_or_at_its_end_in_three_questions()
    {
        var kafka = new KafkaClients(new() { BootstrapServers = _requests.Address });
        using var admin = new AdminClientBuilder(kafka.Admin()).Build();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = Partitions, ReplicationFactor = 1 }]);
        var created = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using (var producer = new ProducerBuilder<Null, string>(kafka.Producer()).Build())
        {
            // Partition 0: committed. 1: three before the creation, two after. 2: three before. The others are empty.
            foreach (var (partition, day) in new[] { (0, -1), (0, 1), (1, -3), (1, -2), (1, -1), (1, 0), (1, 1), (2, -3), (2, -2), (2, -1) })
                await producer.ProduceAsync(new TopicPartition("t", partition), new() { Value = "x", Timestamp = new(created.AddDays(day).UtcDateTime) });
        }
        using var consumer = new ConsumerBuilder<byte[], byte[]>(kafka.Consumer("g")).Build();
        consumer.Commit([new("t", 0, 2)]);
        var all = Enumerable.Range(0, Partitions).Select(p => new TopicPartition("t", p)).ToList();
        _requests.Take();
        var starts = StartLookup.Ask(consumer, all, created);
        Assert.Equal(all, starts.Select(s => s.Partition));
        Assert.Equal([2, 3, 3, .. Enumerable.Repeat(0L, Partitions - 3)], starts.Select(s => s.Offset));
        Assert.Equal(2, starts[0].Committed?.Offset);
        Assert.All(starts.Skip(1), s => Assert.Null(s.Committed));
        Assert.Equal((1, 2), (_requests.Count(OffsetFetch), _requests.Count(ListOffsets)));
    }

    [Fact]
    public async Task A_broker_that_does_not_tell_where_one_begins_holds_up_no_other()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var other = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), _requests.Address, Partitions);
        await hermes.SubscribeAsync("first", endpoint.Address);
        await using var worker = RunningWorker.Start(hermes, Alone, ("Consumer:IntakeThreads", "1"));
        await worker.WhenSaidAsync("first reads");
        _requests.Hold(ListOffsets);
        _requests.Take();
        await hermes.SubscribeAsync("second", other.Address, withOffsets: false);
        await Until.TrueAsync(() => _requests.Count(ListOffsets) > 0, $"the second asks where it begins:\n{worker.Output}");
        var ids = new List<string>();
        for (var i = 0; i < 50; i++)
            ids.Add(await hermes.PublishAsync(key: null, $$"""{"n":{{i}}}"""));
        await Until.TrueAsync(() => ids.TrueForAll(id => endpoint.Requests.Any(r => r.Id == id)), $"the first gets its messages:\n{worker.Output}");
        Assert.DoesNotContain("second reads", worker.Output, StringComparison.Ordinal);
        _requests.Release(ListOffsets);
        await Until.TrueAsync(() => ids.TrueForAll(id => other.Requests.Any(r => r.Id == id)), $"the second gets them too:\n{worker.Output}", TimeSpan.FromMinutes(1));
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task A_worker_stops_while_the_broker_does_not_tell_where_one_begins()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), _requests.Address, Partitions);
        await hermes.SubscribeAsync("first", endpoint.Address);
        _requests.Hold(OffsetFetch);
        _requests.Take();
        await using var worker = RunningWorker.Start(hermes, Alone);
        await Until.TrueAsync(() => _requests.Count(OffsetFetch) > 0, $"it asks where it begins:\n{worker.Output}");
        Assert.Equal(0, await worker.StopAsync());
        Assert.DoesNotContain("first reads", worker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_takes_a_dead_ones_place_can_be_stopped_at_any_moment_of_its_start()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), _requests.Address, Partitions);
        for (var i = 0; i < 12; i++)
            await hermes.SubscribeAsync($"s{i}", endpoint.Address);
        (string, string)[] settings = [Alone, ("Consumer:InstanceId", "worker-1")]; // which has its partitions at once
        foreach (var moment in new[] { "Application started", "Serves shop.orders$s0", "Serves shop.orders$s11", "s0 reads", "s6 reads", "s11 reads" })
        {
            await using (var dead = RunningWorker.Start(hermes, settings))
            {
                await dead.WhenSaidAsync("s11 reads");
                await dead.KillAsync();
            }
            await using var worker = RunningWorker.Start(hermes, settings);
            await worker.WhenSaidAsync(moment);
            Assert.Equal(0, await worker.StopAsync());
        }
    }
}
