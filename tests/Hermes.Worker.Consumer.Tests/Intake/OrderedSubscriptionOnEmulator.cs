using System.Globalization;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Intake;

/// <summary>Order by key, from Kafka to the endpoint, with a key that fails and members that come and go.</summary>
public sealed class OrderedSubscriptionOnEmulator(ZooKeeperFixture zooKeeper) : IAsyncLifetime
{
    private const int Keys = 12;
    // A member of the group whatever the fleet says: what is tried here is the group's.
    private static readonly (string, string) Alone = ("Consumer:Workload", "All");
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private EmulatorProcess _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await EmulatorProcess.LaunchAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task A_key_that_fails_holds_up_its_own_partition_at_most_and_goes_on_in_order()
    {
        var isBroken = true;
        await using var endpoint = await HttpEndpoint.StartAsync();
        endpoint.Answer = request => Volatile.Read(ref isBroken) && KeyOf(request) == "0" ? 503 : 200;
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), _broker.BootstrapServers, partitions: 4);
        await hermes.SubscribeAsync("billing", endpoint.Address, new() { Rate = 100_000, MessageBackoff = 50, InflightSize = 5 }, extensions: """{"order":"key"}""");
        await using var worker = RunningWorker.Start(hermes, Alone);
        await worker.WhenSaidAsync("reads");
        // Six of the key can be held here, so that its partition stands still and the keys of the others do not.
        var ids = new List<string>();
        for (var number = 0; number < 50 * Keys; number++) ids.Add(await PublishAsync(hermes, number));
        await Until.TrueAsync(() => DeliveredOf(endpoint).Values.Count(count => count == 50) >= 6, $"most keys go on:\n{worker.Output}", Minute);
        Assert.DoesNotContain("0", DeliveredOf(endpoint).Keys);
        Volatile.Write(ref isBroken, false);
        await Until.TrueAsync(() => DeliveredOf(endpoint).Values.Sum() == ids.Count, $"all were delivered:\n{worker.Output}", Minute);
        AssertOrder(endpoint);
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task Order_outlasts_members_that_come_and_go()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        endpoint.Answer = static request => new(200) { After = TimeSpan.FromMilliseconds(request.Body.Length % 7) };
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), _broker.BootstrapServers, partitions: 4);
        await hermes.SubscribeAsync("billing", endpoint.Address, extensions: """{"order":"key"}""");
        await using var first = RunningWorker.Start(hermes, Alone);
        await first.WhenSaidAsync("reads");
        var published = 0;
        var publishing = Task.Run(async () =>
        {
            for (var number = 0; number < 4000; number++)
            {
                await PublishAsync(hermes, number);
                Volatile.Write(ref published, number + 1);
            }
        });
        await Until.TrueAsync(() => endpoint.Requests.Count > 200, "deliveries go on", Minute);
        await using var second = RunningWorker.Start(hermes, Alone);
        await second.WhenSaidAsync("reads");
        await publishing;
        Assert.Equal(0, await first.StopAsync());
        await Until.TrueAsync(() => DeliveredOf(endpoint).Values.Sum() >= published, $"all were delivered:\n{second.Output}", Minute);
        Assert.Equal(0, await second.StopAsync());
        Assert.Equal(4000, endpoint.Requests.Count); // each once
        AssertOrder(endpoint);
    }

    private static Task<string> PublishAsync(HermesInstallation hermes, int number) =>
        hermes.PublishAsync((number % Keys).ToString(CultureInfo.InvariantCulture), number.ToString(CultureInfo.InvariantCulture));

    private static string KeyOf(ReceivedRequest request) => (NumberOf(request) % Keys).ToString(CultureInfo.InvariantCulture);

    private static int NumberOf(ReceivedRequest request) => int.Parse(request.Text, CultureInfo.InvariantCulture);

    private static Dictionary<string, int> DeliveredOf(HttpEndpoint endpoint) =>
        endpoint.Requests.GroupBy(KeyOf).Select(key => (key.Key, Count: key.Select(NumberOf).Distinct().Count())).Where(key => key.Key != "0" || key.Count > 1)
            .ToDictionary(key => key.Key, key => key.Count, StringComparer.Ordinal);

    private static void AssertOrder(HttpEndpoint endpoint)
    {
        foreach (var key in endpoint.Requests.GroupBy(KeyOf))
            Assert.Equal(key.Select(NumberOf).Order(), key.Select(NumberOf));
    }
}
