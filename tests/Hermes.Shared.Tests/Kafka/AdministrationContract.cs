using System.Globalization;
using Confluent.Kafka;
using Hermes.Shared.Kafka;
using Hermes.Testing;
using Hermes.Testing.Kafka;

namespace Hermes.Shared.Tests.Kafka;

/// <summary>Kafka's administration, above all while its only broker comes and goes, which used to end the process.</summary>
public abstract class AdministrationContract
{
    private const string Topic = "orders";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TopicPartition[] Partitions = [new(Topic, 0), new(Topic, 1)];

    [Fact]
    public async Task A_call_that_was_given_up_while_the_broker_was_away_is_not_carried_out_when_it_comes()
    {
        await using var broker = await LaunchAsync();
        using (var kafka = Administration(broker))
            await PrepareAsync(kafka);
        await broker.StopAsync();

        using var early = Administration(broker);
        // One whose call is not even waited for.
        using (var brief = Administration(broker))
        {
            var unanswered = brief.CommittedAsync("brief", Partitions);
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, Cancellation);
            brief.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => unanswered);
        }
        var failures = await Task.WhenAll(
            Assert.ThrowsAnyAsync<KafkaException>(() => early.CommitAsync("given-up", Offsets(7))),
            Assert.ThrowsAnyAsync<KafkaException>(() => early.CommittedAsync("given-up", Partitions)),
            Assert.ThrowsAnyAsync<KafkaException>(() => early.FindGroupAsync("given-up")),
            Assert.ThrowsAnyAsync<KafkaException>(() => early.DeleteGroupAsync("kept")),
            FailureAsync(early.FindGroupsAsync(["kept"])),
            FailureAsync(early.AllCommittedAsync(["kept"])),
            FailureAsync(early.DeleteGroupsAsync(["kept"])));
        Assert.All(failures, f => Assert.True(f.Error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_Transport, f.ToString()));
        await broker.StartAsync();

        await WhenAnsweringAsync(early);
        // By others as well: what comes late would come with the connections.
        using var late = Administration(broker);
        for (var i = 0; i < 20; i++)
        {
            Assert.Empty(await late.CommittedAsync("given-up"));
            Assert.Equal(Offsets(3), await early.CommittedAsync("kept", Partitions));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancellation);
        }
    }

    [Fact]
    public async Task Many_calls_at_once_are_all_answered_while_the_broker_goes_and_comes()
    {
        await using var broker = await LaunchAsync();
        using var kafka = Administration(broker);
        await PrepareAsync(kafka);
        var answers = 0;
        using var enough = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 60).Select(async i =>
        {
            var group = string.Create(CultureInfo.InvariantCulture, $"group-{i}");
            while (!enough.IsCancellationRequested)
            {
                try
                {
                    Task call = (i % 6) switch
                    {
                        0 => kafka.CommittedAsync(group, Partitions),
                        1 => kafka.CommitAsync(group, Offsets(i)),
                        2 => kafka.FindGroupAsync(group),
                        3 => kafka.EndsAsync(Partitions),
                        4 => kafka.PartitionsAsync(Topic),
                        _ => i == 5 ? kafka.GroupsAsync() : i == 11 ? kafka.BrokerSettingAsync("offsets.retention.minutes") : i == 17 ? kafka.ClusterIdAsync() : kafka.DeleteGroupAsync("nobody"),
                    };
                    await call;
                    Interlocked.Increment(ref answers);
                }
                catch (KafkaException)
                {
                    // The broker was away for too long: that is an answer.
                }
            }
        }).ToList();
        for (var restart = 0; restart < 2; restart++)
        {
            var mark = Volatile.Read(ref answers);
            await Until.TrueAsync(() => Volatile.Read(ref answers) > mark + 300, "answers from all", Minute);
            await broker.StopAsync();
            // Longer than one attempt lasts.
            await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, Cancellation);
            await broker.StartAsync();
        }
        var last = Volatile.Read(ref answers);
        await Until.TrueAsync(() => Volatile.Read(ref answers) > last + 300, "answers from all after the last restart", Minute);
        await enough.CancelAsync();
        await Task.WhenAll(calls).WaitAsync(Minute, TimeProvider.System, Cancellation);
        foreach (var i in Enumerable.Range(0, 60).Where(i => i % 6 == 1))
            Assert.Equal(Offsets(i), await kafka.CommittedAsync(string.Create(CultureInfo.InvariantCulture, $"group-{i}"), Partitions));
    }

    [Fact]
    public async Task Many_groups_are_asked_about_in_few_requests_and_each_has_its_own_answer()
    {
        await using var counter = new RequestCounter();
        await using var broker = await LaunchAsync(counter);
        counter.Forward(broker.BootstrapServers);
        using var kafka = new KafkaAdministration(new(new() { BootstrapServers = counter.Address }));
        await PrepareAsync(kafka);
        var groups = Enumerable.Range(0, 300).Select(i => string.Create(CultureInfo.InvariantCulture, $"many-{i}")).ToList();
        await Parallel.ForEachAsync(groups.Index(), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (group, _) => await kafka.CommitAsync(group.Item, Offsets(group.Index)));
        using var member = new ConsumerBuilder<Ignore, Ignore>(new KafkaClients(new() { BootstrapServers = counter.Address }).Consumer("many-0")).SetLogHandler((_, _) => { }).Build();
        member.Subscribe(Topic);
        await Until.TrueAsync(() =>
        {
            member.Consume(TimeSpan.Zero);
            return member.Assignment.Count == Partitions.Length;
        }, "the assignment", Minute);
        string[] all = [.. groups, "no-such-group"];

        counter.Take();
        var found = await kafka.FindGroupsAsync(all);
        var committed = await kafka.AllCommittedAsync(all);
        // What the member and librdkafka ask meanwhile is counted too; one by one it would be twelve hundred.
        Assert.InRange(counter.Take(), 6, 60);
        Assert.Equal(all.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((ConsumerGroupState.Stable, 1), found["many-0"].OrThrow());
        Assert.All(groups.Skip(1), g => Assert.Equal((ConsumerGroupState.Empty, 0), found[g].OrThrow()));
        Assert.Null(found["no-such-group"].OrThrow());
        foreach (var (i, group) in groups.Index())
            Assert.Equal(Offsets(i), committed[group].OrThrow().OrderBy(o => o.Partition.Value));
        Assert.Empty(committed["no-such-group"].OrThrow());

        var gone = await kafka.DeleteGroupsAsync(all);
        Assert.False(gone["many-0"].OrThrow()); // it has a member
        Assert.All(all.Skip(1), g => Assert.True(gone[g].OrThrow()));
        Assert.Equal(["kept", "many-0"], (await kafka.GroupsAsync()).Select(g => g.Id).Order(StringComparer.Ordinal));
        Assert.Equal(Offsets(3), await kafka.CommittedAsync("kept", Partitions));
    }

    [Fact]
    public async Task Many_groups_are_answered_while_the_broker_goes_and_comes()
    {
        await using var broker = await LaunchAsync();
        using var kafka = Administration(broker);
        await PrepareAsync(kafka);
        for (var restart = 0; restart < 2; restart++)
        {
            Assert.Equal(Offsets(3), (await kafka.AllCommittedAsync(["kept"]))["kept"].OrThrow());
            await broker.KillAsync();
            var early = kafka.AllCommittedAsync(["kept"]);
            Assert.NotNull((await kafka.DeleteGroupsAsync(["kept"]))["kept"].Failure); // asked once
            await broker.StartAsync();
            if ((await early)["kept"].Failure is { } failure) // it was away for longer than the limit
                Assert.True(failure.Error.Code is ErrorCode.Local_Transport or ErrorCode.Local_TimedOut or ErrorCode.GroupLoadInProgress or ErrorCode.GroupCoordinatorNotAvailable, failure.Error.ToString());
            await WhenAnsweringAsync(kafka);
        }
    }

    [Fact]
    public async Task A_commit_for_a_group_with_members_is_refused_at_once_and_says_why()
    {
        await using var broker = await LaunchAsync();
        using var kafka = Administration(broker);
        await PrepareAsync(kafka);
        using var member = new ConsumerBuilder<Ignore, Ignore>(Clients(broker).Consumer("kept")).SetLogHandler((_, _) => { }).Build();
        member.Subscribe(Topic); // and reads nothing: what it has committed is behind the end
        await Until.TrueAsync(() =>
        {
            member.Consume(TimeSpan.Zero);
            return member.Assignment.Count == Partitions.Length;
        }, "the assignment", Minute);
        var started = TimeProvider.System.GetTimestamp();
        var failure = await Assert.ThrowsAnyAsync<KafkaException>(() => kafka.CommitAsync("kept", Offsets(9)));
        Assert.All(KafkaErrors.Of(failure), e => Assert.Equal(ErrorCode.UnknownMemberId, e.Code));
        Assert.True(TimeProvider.System.GetElapsedTime(started) < KafkaAdministration.Limit, "It was asked again and again.");
        Assert.Equal(Offsets(3), await kafka.CommittedAsync("kept", Partitions));
    }

    [Fact]
    public async Task Cluster_topics_and_groups_are_read_as_they_are()
    {
        await using var broker = await LaunchAsync();
        using var kafka = Administration(broker);
        await PrepareAsync(kafka);
        var (id, brokers) = await kafka.ClusterAsync(KafkaAdministration.Limit);
        Assert.Equal(1, brokers);
        using (var other = new AdminClientBuilder(Clients(broker).Admin()).Build())
            Assert.Equal((await other.DescribeClusterAsync()).ClusterId, id);
        Assert.Equal(id, await kafka.ClusterIdAsync());
        Assert.Equal(Partitions, await kafka.PartitionsAsync(Topic));
        Assert.Empty(await kafka.PartitionsAsync("no-such-topic"));
        Assert.Empty(await kafka.PartitionsAsync("no-such-topic")); // nor did asking make it
        Assert.Equal(("kept", ConsumerGroupState.Empty), Assert.Single(await kafka.GroupsAsync()));
        Assert.Equal((ConsumerGroupState.Empty, 0), await kafka.FindGroupAsync("kept"));
        Assert.Null(await kafka.FindGroupAsync("no-such-group"));
        Assert.NotNull(await kafka.BrokerSettingAsync("offsets.retention.minutes"));
        Assert.Null(await kafka.BrokerSettingAsync("no.such.setting"));
        await kafka.DeleteGroupAsync("kept");
        Assert.Empty(await kafka.GroupsAsync());
    }

    /// <param name="counter">Through which its clients reach it; <see langword="null"/>: as they are.</param>
    protected abstract Task<IKafkaBroker> LaunchAsync(RequestCounter? counter = null);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static KafkaClients Clients(IKafkaBroker broker) => new(new() { BootstrapServers = broker.BootstrapServers });

    private static KafkaAdministration Administration(IKafkaBroker broker) => new(Clients(broker));

    private static TopicPartitionOffset[] Offsets(long offset) => [.. Partitions.Select(p => new TopicPartitionOffset(p, offset))];

    private static async Task PrepareAsync(KafkaAdministration kafka)
    {
        Assert.True(await kafka.CreateTopicAsync(Topic, Partitions.Length, 1, new Dictionary<string, string>(StringComparer.Ordinal)));
        await Until.TrueAsync(async () => (await kafka.PartitionsAsync(Topic)).Count == Partitions.Length, "the topic", Minute);
        await kafka.CommitAsync("kept", Offsets(3));
    }

    private static async Task<KafkaException> FailureAsync<T>(Task<IReadOnlyDictionary<string, GroupAnswer<T>>> asked) =>
        Assert.Single(await asked).Value.Failure ?? throw new InvalidOperationException("There is an answer.");

    private static Task WhenAnsweringAsync(KafkaAdministration kafka) => Until.TrueAsync(async () =>
    {
        try
        {
            return (await kafka.CommittedAsync("kept", Partitions)).Count == Partitions.Length;
        }
        catch (KafkaException)
        {
            return false;
        }
    }, "an answer of the broker that came back", Minute);
}
