using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Intake;

/// <summary>Many subscriptions of a topic with large messages, while no endpoint answers: the worker's memory stays bounded.</summary>
public sealed class LargeMessagesOnEmulator(ZooKeeperFixture zooKeeper) : IAsyncLifetime
{
    private const int Subscriptions = 16;
    private const int Messages = 80;
    private const long Megabyte = 1024 * 1024;
    // A member of the group whatever the fleet says: what is tried here is the group's.
    private static readonly (string, string) Alone = ("Consumer:Workload", "All");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private EmulatorProcess _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await EmulatorProcess.LaunchAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task A_backlog_of_large_messages_for_many_subscriptions_takes_no_more_memory_than_it_may()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        endpoint.Hold();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), _broker.BootstrapServers, partitions: 2);
        for (var i = 0; i < Subscriptions; i++)
            await hermes.SubscribeAsync($"s{i}", endpoint.Address, new() { Rate = 100_000, RequestTimeout = 240_000 });
        var body = $"\"{new string('x', 900 * 1024)}\"";
        for (var i = 0; i < Messages; i++)
            await hermes.PublishAsync(key: null, body);
        await using var worker = RunningWorker.Start(hermes, Alone, ("Delivery:BytesInProcess", $"{64 * Megabyte}"), ("Consumer:ReadAheadKilobytesInProcess", "32768"));
        var most = 0L;
        // Each subscription has sent one at least; then they stand, with all that they are allowed to hold.
        await Until.TrueAsync(() => Measure() && endpoint.Requests.Count >= Subscriptions, $"all have begun:\n{worker.Output}", Patience);
        var (still, seen) = (0, 0);
        await Until.TrueAsync(() =>
        {
            (still, seen) = Measure() && seen == endpoint.Requests.Count ? (still + 1, seen) : (0, endpoint.Requests.Count);
            return still == 200;
        }, "they stand", Patience);
        // Without bounds they would hold 16 times 70 MB, and 16 MB each on top.
        Assert.InRange(most / Megabyte, 0, 600);
        Assert.InRange(endpoint.Requests.Count, Subscriptions, 120);
        endpoint.Release();
        await Until.TrueAsync(() => Measure() && endpoint.Requests.Count >= Subscriptions * Messages, $"all were delivered:\n{worker.Output}", Patience);
        Assert.InRange(most / Megabyte, 0, 800);
        Assert.Equal(0, await worker.StopAsync());
        TestContext.Current.SendDiagnosticMessage($"The worker took {most / Megabyte} MB at most.");

        bool Measure()
        {
            most = Math.Max(most, worker.ResidentBytes);
            return true;
        }
    }
}
