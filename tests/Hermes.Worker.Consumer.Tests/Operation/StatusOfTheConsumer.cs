using System.Net;
using System.Text.Json;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Operation;

/// <summary>What the consumer tells of itself: to people, to systemd, and to what asks Hermes's consumers.</summary>
public sealed class StatusOfTheConsumer(ZooKeeperFixture zooKeeper)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly (string, string)[] AnyPort = [("Status:Listen", "127.0.0.1:0")];

    [Fact]
    public async Task Tells_ZooKeeper_Kafka_and_loops_apart_and_lists_what_it_serves_as_Hermes_does()
    {
        ZooKeeperFixture.RequireInstallation();
        await using var own = await ZooKeeperServer.LaunchAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(own.ConnectionString, zooKeeper.FreshRoot(), broker.BootstrapServers);
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-1).ToUnixTimeMilliseconds();
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start("Hermes.Worker.Consumer", hermes, AnyPort);
        using var status = await worker.StatusAsync();

        await Until.TrueAsync(async () => (await status.ReadAsync("/health/ready")).Code == HttpStatusCode.OK, "the worker is ready", Minute);
        Assert.Equal(HttpStatusCode.OK, (await status.ReadAsync("/health/startup")).Code);
        await Until.TrueAsync(async () => (await status.ReadAsync("/status/subscriptionsCount")).Text == "1", "the subscription is served", Minute);
        var (code, live) = await status.ReadJsonAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, code);
        var loops = live.GetProperty("loops").EnumerateArray().Select(l => l.GetProperty("name").GetString()).ToList();
        Assert.Superset(new HashSet<string?>(StringComparer.Ordinal) { "assignments", "commands", "intake-1", "intake-2", "orders", "registry", "timetable" }, loops.ToHashSet(StringComparer.Ordinal));

        Assert.Equal((HttpStatusCode.OK, """{"status": "UP"}"""), await status.ReadAsync("/status/health"));
        var served = Assert.Single((await status.ReadJsonAsync("/status/subscriptions")).Json.EnumerateArray());
        Assert.Equal("shop.orders$billing", served.GetProperty("qualifiedName").GetString());
        Assert.InRange(served.GetProperty("signalTimesheet").GetProperty("START").GetInt64(), before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Equal(2, served.EnumerateObject().Count());
        await hermes.Registry.UpdateSubscriptionAsync(subscription, d => d with { Description = "new" }, TestContext.Current.CancellationToken);
        await Until.TrueAsync(async () => (await status.ReadAsync("/status/subscriptions")).Text.Contains("UPDATE_SUBSCRIPTION", StringComparison.Ordinal), "the update is told");

        await own.KillAsync();
        await Until.TrueAsync(async () => Reasons(await status.ReadJsonAsync("/health/ready")).Any(r => r.StartsWith("ZooKeeper: ", StringComparison.Ordinal)), "the lack of ZooKeeper is told", Minute);
        await broker.StopAsync();
        await Until.TrueAsync(async () => Reasons(await status.ReadJsonAsync("/health/ready")).Any(r => r.StartsWith("Kafka: ", StringComparison.Ordinal)), "the lack of Kafka is told", Minute);
        Assert.Equal(HttpStatusCode.OK, (await status.ReadAsync("/health/live")).Code);
        Assert.Equal(HttpStatusCode.OK, (await status.ReadAsync("/health/startup")).Code);
        await own.StartAsync();
        await broker.StartAsync();
        await Until.TrueAsync(async () => (await status.ReadAsync("/health/ready")).Code == HttpStatusCode.OK, "the worker is ready again", Minute);
    }

    [Fact]
    public async Task Tells_systemd_when_it_is_ready_that_it_lives_and_that_it_stops()
    {
        using var systemd = new NotifySocket();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        await using var worker = RunningWorker.Start("Hermes.Worker.Consumer", hermes, [], new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["NOTIFY_SOCKET"] = systemd.Path,
            ["WATCHDOG_USEC"] = "400000",
        });
        await Until.TrueAsync(() => systemd.Heard.Contains("READY=1") && systemd.Heard.Count(s => s == "WATCHDOG=1") >= 3, "systemd heard of the start and of life", Minute);
        Assert.Equal(0, await worker.StopAsync());
        Assert.Contains("STOPPING=1", systemd.Heard);
    }

    private static IEnumerable<string> Reasons((HttpStatusCode Code, JsonElement Json) page) => page.Json.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()!);
}
