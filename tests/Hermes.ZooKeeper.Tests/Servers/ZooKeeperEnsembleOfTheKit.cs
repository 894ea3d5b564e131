using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Servers;

/// <summary>The kit's three servers.</summary>
public sealed class ZooKeeperEnsembleOfTheKit
{
    [Fact]
    public async Task Elects_another_leader_when_one_is_killed_and_takes_it_back_as_a_follower()
    {
        ZooKeeperFixture.RequireInstallation();
        await using var ensemble = await ZooKeeperEnsemble.LaunchAsync();
        var old = await ensemble.KillLeaderAsync();
        var leader = await ensemble.LeaderAsync();
        Assert.NotSame(old, leader);
        await old.StartAsync();
        Assert.Equal("follower", await old.Words.ModeAsync());
        using var session = await RawSession.OpenAsync(old.Port, TimeSpan.FromSeconds(10));
        Assert.Same(old, await ensemble.ServerOfAsync(session.Id));
    }
}
