using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Assignments;

/// <summary>What the worker promises, as a process that is killed, stopped, and left without its servers. The same on the
/// emulator and on a real broker.</summary>
public abstract class DeliveryContract(ZooKeeperFixture zooKeeper, ITestOutputHelper output)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // A member that hears nothing for its session gives its partitions up, with what was not committed.
    private const string LongerThanARestart = "00:00:30";

    // A commit each second, plus what a busy machine needs from the delivery to the broker's answer.
    private static readonly TimeSpan LastSecond = TimeSpan.FromSeconds(1.8);

    [Fact]
    public async Task Delivers_what_is_published_after_the_subscription_and_makes_it_active()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        await hermes.PublishAsync(20); // older than the subscription
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start(hermes);
        var ids = await hermes.PublishAsync(500);
        await WhenAllCameAsync(endpoint, ids, worker);
        Assert.Equal(500, endpoint.Requests.Count);
        Assert.All(endpoint.Requests, r => Assert.StartsWith("{\"number\":", r.Text, StringComparison.Ordinal));
        var reader = new RegistryReader(hermes.ZooKeeper, hermes.Paths);
        Assert.Equal(SubscriptionState.Active, (await reader.SubscriptionAsync(subscription, Cancellation)).Document.State);
        Assert.Equal(0, await worker.StopAsync());
        Assert.Equal(520, (await hermes.CommittedAsync(subscription)).Sum(o => o.Offset.Value));
    }

    [Fact]
    public async Task A_subscription_gets_tokens_of_the_registrys_provider_and_signatures_of_the_workers_secret()
    {
        const string Provider = """{"name":"idp","tokenEndpoint":"ADDRESStoken","clientId":"c","clientSecret":"s","tokenRequestInitialDelay":1,"tokenRequestMaxDelay":30,"requestTimeout":5000,"socketTimeout":0}""";
        await using var provider = await OAuthProvider.StartAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        endpoint.Answer = static request => request.Header("Authorization") is null ? 401 : 200;
        await using var hermes = await InstallAsync();
        await hermes.ZooKeeper.CreateAsync(hermes.Paths.OAuthProviders, "x"u8.ToArray(), CreateMode.Persistent, Cancellation);
        await hermes.ZooKeeper.CreateAsync($"{hermes.Paths.OAuthProviders}/idp",
            Encoding.UTF8.GetBytes(Provider.Replace("ADDRESS", provider.Server.Address, StringComparison.Ordinal)), CreateMode.Persistent, Cancellation);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await hermes.Registry.UpdateSubscriptionAsync(subscription, d => d with
        {
            OAuthPolicy = Json("""{"grantType":"clientCredentials","providerName":"idp"}"""),
            EndpointAddressResolverMetadata = Json("""{"hermesWorkers":{"signing":{"secrets":["shop"]}}}"""),
        }, Cancellation);
        await using var worker = RunningWorker.Start(hermes, [("Delivery:SigningSecrets:shop", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]);
        var ids = await hermes.PublishAsync(20);
        await WhenAllCameAsync(endpoint, ids, worker);
        await Until.TrueAsync(() => !ids.Except(endpoint.Requests.Where(r => r.Header("Authorization") is "Bearer token-1").Select(r => r.Id), StringComparer.Ordinal).Any(),
            "every message was delivered with the token", Minute);
        Assert.All(endpoint.Requests, r => Assert.Equal(r.Id, r.Header("webhook-id")));
        Assert.All(endpoint.Requests, r => Assert.StartsWith("v1,", r.Header("webhook-signature")!, StringComparison.Ordinal));
    }

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);

    [Fact]
    public async Task A_group_without_offsets_starts_at_the_subscriptions_creation()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        await hermes.PublishAsync(50, TimeProvider.System.GetUtcNow().AddHours(-1));
        await hermes.SubscribeAsync("late", endpoint.Address, withOffsets: false);
        var ids = await hermes.PublishAsync(50, TimeProvider.System.GetUtcNow().AddSeconds(1));
        await using var worker = RunningWorker.Start(hermes);
        await WhenAllCameAsync(endpoint, ids, worker);
        Assert.Equal(50, endpoint.Requests.Count);
    }

    [Fact]
    public async Task Ten_kills_under_load_lose_nothing_and_repeat_the_last_second_at_most()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        // With a name that stays, a worker that comes back need not wait for its dead self's time-out.
        (string, string)[] settings = [("Consumer:InstanceId", "worker-1")];
        await hermes.SubscribeAsync("billing", endpoint.Address);
        using var load = new Load(hermes);
        var kills = new List<long>();
        for (var i = 0; i < 10; i++)
        {
            await using var worker = RunningWorker.Start(hermes, settings);
            var before = endpoint.Requests.Count;
            await Until.TrueAsync(() => endpoint.Requests.Count > before, $"deliveries after start {i}:\n{worker.Output}", Minute);
            var moment = TimeProvider.System.GetTimestamp();
            var patience = TimeSpan.FromMilliseconds(random.Next(1500));
            await Until.TrueAsync(() => TimeProvider.System.GetElapsedTime(moment) > patience, "the random moment", Minute);
            await worker.KillAsync();
            kills.Add(TimeProvider.System.GetTimestamp());
        }
        var ids = await load.EndAsync();
        await using var last = RunningWorker.Start(hermes, settings);
        await WhenAllCameAsync(endpoint, ids, last);

        var delivered = new Dictionary<string, long>(StringComparer.Ordinal);
        var repeats = 0;
        foreach (var request in endpoint.Requests)
        {
            if (delivered.TryGetValue(request.Id, out var before))
            {
                repeats++;
                var age = Stopwatch.GetElapsedTime(before, kills.First(k => k >= before));
                Assert.True(age < LastSecond, $"What was delivered {age} before a kill was delivered again (seed {seed}).");
            }
            delivered[request.Id] = request.At;
        }
        output.WriteLine($"{ids.Count} messages, {repeats} repeats after {kills.Count} kills");
    }

    [Fact]
    public async Task A_stop_under_load_repeats_nothing()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        await hermes.SubscribeAsync("billing", endpoint.Address);
        using var load = new Load(hermes);
        for (var i = 0; i < 3; i++)
        {
            await using var worker = RunningWorker.Start(hermes);
            var before = endpoint.Requests.Count;
            await Until.TrueAsync(() => endpoint.Requests.Count > before + 300, $"deliveries after start {i}:\n{worker.Output}", Minute);
            Assert.Equal(0, await worker.StopAsync());
        }
        var ids = await load.EndAsync();
        await using var last = RunningWorker.Start(hermes);
        await WhenAllCameAsync(endpoint, ids, last);
        Assert.Equal(ids.Count, endpoint.Requests.Count);
    }

    [Fact]
    public async Task What_was_settled_above_the_commit_is_not_sent_again()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync(partitions: 1);
        await hermes.SubscribeAsync("billing", endpoint.Address);
        var ids = await hermes.PublishAsync(100);
        endpoint.Answer = r => r.Text == "{\"number\":0}" ? 503 : 200;
        await using (var worker = RunningWorker.Start(hermes))
        {
            await Until.TrueAsync(() => endpoint.Requests.Count(r => r.Text != "{\"number\":0}") >= 99, $"all but one were delivered:\n{worker.Output}", Minute);
            Assert.Equal(0, await worker.StopAsync());
        }
        endpoint.Answer = _ => 200;
        var seen = endpoint.Requests.Count;
        await using var next = RunningWorker.Start(hermes);
        await WhenAllCameAsync(endpoint, ids, next);
        var after = await hermes.PublishAsync(1);
        await Until.TrueAsync(() => endpoint.Requests.Skip(seen).Any(r => r.Id == after[0]) && endpoint.Requests.Count - seen > 1, $"the one that stuck comes, and the new one:\n{next.Output}", Minute);
        Assert.Equal(2, endpoint.Requests.Count - seen);
    }

    [Fact]
    public async Task Two_workers_share_partitions_and_one_takes_over_from_the_dead()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var first = RunningWorker.Start(hermes);
        await first.WhenSaidAsync("reads");
        await using var second = RunningWorker.Start(hermes);
        await second.WhenSaidAsync("reads");
        await WhenAllCameAsync(endpoint, await hermes.PublishAsync(200), second);
        await first.KillAsync();
        await WhenAllCameAsync(endpoint, await hermes.PublishAsync(200), second);
    }

    [Fact]
    public async Task Follows_the_registry_at_once()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var other = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        await using var worker = RunningWorker.Start(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await WhenAllCameAsync(endpoint, await hermes.PublishAsync(20), worker);

        await hermes.Registry.UpdateSubscriptionAsync(subscription, d => d with { State = SubscriptionState.Suspended }, Cancellation);
        await worker.WhenSaidAsync("Stopped shop.orders$billing");
        var missed = await hermes.PublishAsync(20);
        Assert.Equal(20, endpoint.Requests.Count);

        await hermes.Registry.UpdateSubscriptionAsync(subscription, d => d with { State = SubscriptionState.Active }, Cancellation);
        await WhenAllCameAsync(endpoint, missed, worker);

        await hermes.Registry.UpdateSubscriptionAsync(subscription, d => d with { Endpoint = other.Address }, Cancellation);
        await worker.WhenSaidAsync(other.Authority);
        await WhenAllCameAsync(other, await hermes.PublishAsync(20), worker);
        Assert.Equal(40, endpoint.Requests.Count);

        await RecreateAsync(hermes, subscription, endpoint);
        await WhenAllCameAsync(endpoint, await hermes.PublishAsync(20), worker);
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task Goes_on_by_itself_after_ZooKeeper_and_the_broker_were_away()
    {
        ZooKeeperFixture.RequireInstallation();
        await using var own = await ZooKeeperServer.LaunchAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(own.ConnectionString, zooKeeper.FreshRoot(), Broker.BootstrapServers);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start(hermes, ("Consumer:GroupSessionTimeout", LongerThanARestart));
        await WhenAllCameAsync(endpoint, await hermes.PublishAsync(100), worker);

        await own.KillAsync();
        await WhenAllCameAsync(endpoint, await hermes.PublishAsync(100), worker); // delivery does not need it
        await own.StartAsync();
        await hermes.ZooKeeper.WhenConnectedAsync(Cancellation);

        await Broker.StopAsync();
        await Broker.StartAsync();
        await WhenAllCameAsync(endpoint, await hermes.PublishAsync(100), worker);

        await hermes.Registry.UpdateSubscriptionAsync(subscription, d => d with { State = SubscriptionState.Suspended }, Cancellation);
        await worker.WhenSaidAsync("Stopped shop.orders$billing");
        await AssertCommittedAsync(hermes, subscription, 300, worker);
    }

    [Fact]
    public async Task A_stop_waits_a_while_for_a_broker_that_is_away_and_commits()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start(hermes, ("Consumer:CommitInterval", "00:01:00"), ("Consumer:GroupSessionTimeout", LongerThanARestart));
        await WhenAllCameAsync(endpoint, await hermes.PublishAsync(100), worker);

        await Broker.StopAsync();
        await hermes.Registry.UpdateSubscriptionAsync(subscription, d => d with { State = SubscriptionState.Suspended }, Cancellation);
        await worker.WhenSaidAsync("Stops shop.orders$billing");
        await Broker.StartAsync();
        await worker.WhenSaidAsync("Stopped shop.orders$billing");
        await AssertCommittedAsync(hermes, subscription, 100, worker);
    }

    [Fact]
    public async Task A_stop_without_a_broker_says_what_is_not_committed()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start(hermes, ("Consumer:CommitInterval", "00:01:00"));
        await WhenAllCameAsync(endpoint, await hermes.PublishAsync(100), worker);

        await Broker.StopAsync();
        await hermes.Registry.UpdateSubscriptionAsync(subscription, d => d with { State = SubscriptionState.Suspended }, Cancellation);
        await worker.WhenSaidAsync("Stopped shop.orders$billing");
        Assert.Contains("4 partitions whose last commit the broker has not confirmed", worker.Output, StringComparison.Ordinal);
        await Broker.StartAsync();
        await AssertCommittedAsync(hermes, subscription, 0, worker);
    }

    protected abstract IKafkaBroker Broker { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync(int partitions = 4) =>
        HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, partitions);

    private static async Task RecreateAsync(HermesInstallation hermes, SubscriptionName subscription, HttpEndpoint endpoint)
    {
        await hermes.Registry.DeleteSubscriptionAsync(subscription, Cancellation);
        await hermes.SubscribeAsync(subscription.Name, endpoint.Address);
    }

    private static async Task AssertCommittedAsync(HermesInstallation hermes, SubscriptionName subscription, int messages, RunningWorker worker)
    {
        var committed = (await hermes.CommittedAsync(subscription)).Sum(o => o.Offset.Value);
        Assert.True(committed == messages, $"{committed} messages are committed, not {messages}. The worker said:\n{worker.Output}");
    }

    private static async Task WhenAllCameAsync(HttpEndpoint endpoint, IReadOnlyList<string> ids, RunningWorker worker)
    {
        try
        {
            await Until.TrueAsync(() => endpoint.Requests.Count >= ids.Count && !ids.Except(endpoint.Requests.Select(r => r.Id), StringComparer.Ordinal).Any(),
                "every message was delivered", Minute);
        }
        catch (TimeoutException e)
        {
            var missing = ids.Except(endpoint.Requests.Select(r => r.Id), StringComparer.Ordinal).Count();
            throw new TimeoutException($"{e.Message} {missing} of {ids.Count} are missing. The worker said:\n{worker.Output}", e);
        }
    }
}
