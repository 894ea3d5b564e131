using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.KeepAlive;

/// <summary>A real broker that forgets the offsets of a group at rest after a minute.</summary>
public sealed class ShortRetention(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka)
{
    private static readonly TimeSpan Watched = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_suspended_subscription_keeps_its_place_for_five_minutes_and_a_group_that_nobody_keeps_is_forgotten()
    {
        _ = kafka.Broker; // skips where there is none
        await using var broker = await RealKafka.LaunchAsync(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["offsets.retention.minutes"] = "1",
            ["offsets.retention.check.interval.ms"] = "1000",
        });
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        await hermes.PublishAsync(40);
        var suspended = await hermes.SubscribeAsync("suspended", "http://127.0.0.1:9/");
        await hermes.Registry.UpdateSubscriptionAsync(suspended, s => s with { State = SubscriptionState.Suspended }, TestContext.Current.CancellationToken);
        var place = await hermes.CommittedAsync(suspended);
        await using var janitor = RunningWorker.Start("Hermes.Worker.Janitor", hermes, ("Janitor:KeepAliveSchedule", "00:00:05"));
        var started = TimeProvider.System.GetTimestamp();
        var forgotten = 0;
        while (!IsOver())
        {
            // The yardstick: nobody keeps it, so the broker's minute is over when it is gone. The last may outlive the five minutes.
            var nobody = $"nobody-{forgotten}";
            await hermes.Administration.CommitAsync(nobody, [.. place]);
            await Until.TrueAsync(async () => IsOver() || (await hermes.Administration.CommittedAsync(nobody)).Count == 0, $"the end of {nobody}", Watched);
            forgotten += IsOver() ? 0 : 1;
            Assert.Equal(place, await hermes.CommittedAsync(suspended));
        }
        Assert.True(forgotten >= 3, $"The broker has forgotten no more than {forgotten} groups in {Watched}.");
        Assert.Equal(0, await janitor.StopAsync());

        bool IsOver() => TimeProvider.System.GetElapsedTime(started) >= Watched;
    }
}
