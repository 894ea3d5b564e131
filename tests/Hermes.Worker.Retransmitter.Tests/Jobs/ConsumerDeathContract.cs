using Hermes.Shared.Jobs;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>A consumer that dies around each write of its obedience: before the commit that moves a partition, between that commit and
/// the answer, and when the answer is written. The next one finds the order as it then is.</summary>
public abstract class ConsumerDeathContract(ZooKeeperFixture zooKeeper)
{
    private const int Partitions = 2;
    private const int Back = 3;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(OpCodes.Sync, false, "before the commit")]
    [InlineData(OpCodes.Multi, false, "between the commit and the answer")]
    [InlineData(OpCodes.Multi, true, "after the answer")]
    public async Task A_death_of_the_consumer_loses_nothing_and_brings_back_nothing_from_before_the_target(int op, bool fromServer, string where)
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        var servers = zooKeeper.Require();
        await using var proxy = FaultProxy.Start(servers);
        await using var hermes = await HermesInstallation.CreateAsync(servers, zooKeeper.FreshRoot(), Broker.BootstrapServers, Partitions);
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await hermes.PublishAsync(60);
        var ends = await hermes.Administration.EndsAsync(await hermes.Administration.PartitionsAsync(hermes.KafkaTopic));
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        // The first of the orders, and then the last of them.
        for (var victim = 1; victim <= Partitions; victim++)
        {
            await using var mortal = Start(hermes, proxy.ConnectionString);
            await Until.TrueAsync(async () => !ends.Except(await hermes.CommittedAsync(subscription)).Any(), $"the group at its end:\n{mortal.Output}", Minute);
            var mark = endpoint.Requests.Count;
            var seen = 0;
            Task? death = null;
            var fault = proxy.Arm(Fault.CutWhen(frame =>
            {
                if (frame.Op != op || frame.FromServer != fromServer || Interlocked.Increment(ref seen) != victim)
                    return false;
                death = mortal.KillAsync(); // SIGKILL at once; only the wait for its end is later
                return true;
            }, 0));
            var id = await jobs.AskAsync(subscription, new JobTarget { Messages = Back });
            await fault.Struck.WaitAsync(Minute, TestContext.Current.CancellationToken);
            await death!;

            await using var next = Start(hermes, hermes.ZooKeeperServers);
            var status = await jobs.EndAsync(id, retransmitter);
            Assert.Equal(JobPhases.Completed, status.Phase);
            await Until.TrueAsync(() => Messages(endpoint, mark).Count == Partitions * Back, $"all from the target on, after a death {where}:\n{next.Output}", Minute);
            await Until.TrueAsync(async () => !ends.Except(await hermes.CommittedAsync(subscription)).Any(), $"the group at its end again:\n{next.Output}", Minute);
            Assert.Equal(0, await next.StopAsync());
            // Nothing before the target: no other message than those.
            Assert.Equal(Partitions * Back, Messages(endpoint, mark).Count);
        }
    }

    protected abstract IKafkaBroker Broker { get; }

    /// <summary>Which messages have come since.</summary>
    private static HashSet<string> Messages(HttpEndpoint endpoint, int mark) => endpoint.Requests.Skip(mark).Select(r => r.Id).ToHashSet(StringComparer.Ordinal);

    // A name that stays, so that the next one has its partitions at once.
    private static RunningWorker Start(HermesInstallation hermes, string zooKeeper) =>
        RunningWorker.Start(hermes, ("Consumer:InstanceId", "worker-1"), ("ZooKeeper:ConnectionString", zooKeeper));
}
