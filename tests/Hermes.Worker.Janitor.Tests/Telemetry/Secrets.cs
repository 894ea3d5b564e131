using Hermes.Shared.ConsumerGroups;
using Hermes.Testing;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.Otlp;
using Hermes.Testing.Secrets;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.Telemetry;

/// <summary>Secrets are nowhere in what a janitor tells: logs, errors, metrics, traces, status pages; nor in what it writes down.</summary>
public sealed class Secrets(ZooKeeperFixture zooKeeper)
{
    private const string Worker = "Hermes.Worker.Janitor";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly (string, string)[] Often =
        [.. new[] { "Tasks", "Tombstones", "Inactive", "KeepAlive" }.Select(duty => ($"Janitor:{duty}Schedule", "00:00:00.500"))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Are_in_nothing_that_it_tells_at_work_and_in_trouble()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        await hermes.SubscribeAsync("kept", $"http://{KnownSecrets.Credentials}@127.0.0.1:9/");
        var removed = await hermes.SubscribeAsync("removed", $"http://{KnownSecrets.Credentials}@127.0.0.1:9/");
        await hermes.Registry.DeleteSubscriptionAsync(removed, Cancellation);
        await using var worker = KnownSecrets.Start(Worker, hermes, collector,
            [("Janitor:TaskDelay", "00:00:00"), .. Often]);
        using var status = await worker.StatusAsync();
        await worker.WhenSaidAsync("This janitor leads");
        var tasks = new JanitorPaths(hermes.Paths).Tasks;
        await CreateAsync(tasks[..tasks.LastIndexOf('/')], []);
        await CreateAsync(tasks, []);
        await CreateAsync($"{tasks}/malformed", "no json"u8.ToArray());
        await CreateAsync($"{tasks}/{removed}", new CleanUpTask(removed, "dc").Write(TimeProvider.System.GetUtcNow().AddDays(-7)));
        async Task CreateAsync(string path, byte[] data) => await hermes.ZooKeeper.CreateAsync(path, data, CreateMode.Persistent, Cancellation);
        await Until.TrueAsync(async () => await hermes.Administration.FindGroupAsync(hermes.Names.ConsumerGroup(removed)) is null, $"the end of the group:\n{worker.Output}", Minute);
        await worker.WhenSaidAsync("malformed waits: it cannot be understood");
        await KnownSecrets.WhenToldAsync(collector);
        var pages = await KnownSecrets.ReadPagesAsync(status);
        Assert.Equal(0, await worker.StopAsync());
        KnownSecrets.AreNotIn(worker.Output + pages, collector);
    }

    [Fact]
    public async Task Are_in_no_error_of_a_broker_that_refuses_them()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        await using var worker = KnownSecrets.Start(Worker, hermes, collector, [("Janitor:TasksSchedule", "00:00:00.500"), .. KnownSecrets.WithKafkasPassword]);
        using var status = await worker.StatusAsync();
        await worker.WhenSaidAsync("Kafka cannot be reached");
        KnownSecrets.AreNotIn(worker.Output + await KnownSecrets.ReadPagesAsync(status), collector);
    }
}
