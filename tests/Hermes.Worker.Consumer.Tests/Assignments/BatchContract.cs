using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Assignments;

/// <summary>What the worker promises of batches, as a process that is killed and stopped in the middle of one. The same on the emulator
/// and on a real broker.</summary>
public abstract class BatchContract(ZooKeeperFixture zooKeeper)
{
    private const int BatchSize = 50;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // With a name that stays, a worker that comes back need not wait for its dead self's time-out.
    private static readonly (string, string)[] Settings = [("Consumer:InstanceId", "worker-1")];

    [Fact]
    public async Task A_batch_that_a_kill_or_a_stop_interrupts_is_neither_lost_nor_half_committed()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var subscription = await SubscribeAsync(hermes, endpoint);
        endpoint.Hold();
        var ids = await hermes.PublishAsync(120);
        await using (var worker = RunningWorker.Start(hermes, Settings))
        {
            await endpoint.WhenReceivedAsync(1, Minute);
            await worker.KillAsync();
        }
        Assert.Equal(0, await CommittedAsync(hermes, subscription));

        // The next one fails the batch, rests, and is stopped: nothing of it is settled.
        endpoint.Release();
        endpoint.Answer = _ => 500;
        var seen = endpoint.Requests.Count;
        await using (var worker = RunningWorker.Start(hermes, Settings))
        {
            await endpoint.WhenReceivedAsync(seen + 2, Minute);
            Assert.Equal(0, await worker.StopAsync());
        }
        Assert.Equal(0, await CommittedAsync(hermes, subscription));
        var retries = endpoint.Requests.Skip(seen).ToList();
        Assert.Single(retries.Select(r => r.Header("Hermes-Batch-Id")).Distinct());

        // And one that finds all well: each message once, and committed behind the last (not at it).
        endpoint.Answer = _ => 200;
        seen = endpoint.Requests.Count;
        await using (var worker = RunningWorker.Start(hermes, Settings))
        {
            await WhenAllCameAsync(endpoint, seen, ids, worker);
            Assert.Equal(0, await worker.StopAsync());
        }
        Assert.Equal(ids.Order(StringComparer.Ordinal), endpoint.Requests.Skip(seen).SelectMany(r => r.MessageIds).Order(StringComparer.Ordinal));
        Assert.All(endpoint.Requests, r => Assert.InRange(r.MessageIds.Count, 1, BatchSize));
        Assert.Equal(120, await CommittedAsync(hermes, subscription));
    }

    [Fact]
    public async Task Stops_under_load_repeat_nothing_and_a_change_of_the_way_of_delivery_loses_nothing()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var subscription = await SubscribeAsync(hermes, endpoint);
        using var load = new Load(hermes);
        for (var i = 0; i < 2; i++)
        {
            await using var worker = RunningWorker.Start(hermes);
            var before = endpoint.Requests.Count;
            await Until.TrueAsync(() => endpoint.Requests.Count > before + 3, $"batches after start {i}:\n{worker.Output}", Minute);
            if (i == 1)
            {
                await hermes.Registry.UpdateSubscriptionAsync(subscription, d => d with { DeliveryType = DeliveryTypes.Serial, SubscriptionPolicy = new() { Rate = 10_000 } }, Cancellation);
                await Until.TrueAsync(() => endpoint.Requests.Any(r => r.Header("Hermes-Batch-Id") is null), $"single messages:\n{worker.Output}", Minute);
            }
            Assert.Equal(0, await worker.StopAsync());
        }
        var ids = await load.EndAsync();
        await using var last = RunningWorker.Start(hermes);
        await WhenAllCameAsync(endpoint, 0, ids, last);
        Assert.Equal(ids.Count, endpoint.Requests.Sum(r => r.MessageIds.Count));
    }

    protected abstract IKafkaBroker Broker { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync() =>
        HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, partitions: 2);

    private static async Task<SubscriptionName> SubscribeAsync(HermesInstallation hermes, HttpEndpoint endpoint)
    {
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await hermes.Registry.UpdateSubscriptionAsync(subscription, d => d with
        {
            DeliveryType = DeliveryTypes.Batch,
            SubscriptionPolicy = new() { BatchSize = BatchSize, BatchTime = 100, MessageBackoff = 50 },
        }, Cancellation);
        return subscription;
    }

    private static async Task<long> CommittedAsync(HermesInstallation hermes, SubscriptionName subscription) =>
        (await hermes.CommittedAsync(subscription)).Sum(o => o.Offset.Value);

    private static Task WhenAllCameAsync(HttpEndpoint endpoint, int skip, IReadOnlyList<string> ids, RunningWorker worker) => Until.TrueAsync(
        () => !ids.Except(endpoint.Requests.Skip(skip).SelectMany(r => r.MessageIds), StringComparer.Ordinal).Any(),
        $"every message was delivered:\n{worker.Output}", Minute);
}
