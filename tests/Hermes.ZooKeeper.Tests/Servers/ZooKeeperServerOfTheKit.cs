using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Servers;

/// <summary>The kit's server, against Debian's ZooKeeper.</summary>
public sealed class ZooKeeperServerOfTheKit(ZooKeeperFixture fixture)
{
    [Fact]
    public async Task The_shared_server_serves()
    {
        Assert.Equal("standalone", await fixture.Server.Words.ModeAsync());
        Assert.NotEqual(fixture.FreshRoot(), fixture.FreshRoot());
    }

    [Fact]
    public async Task Comes_back_on_its_port_after_a_kill()
    {
        ZooKeeperFixture.RequireInstallation();
        await using var server = await ZooKeeperServer.LaunchAsync();
        var port = server.Port;
        await server.KillAsync();
        Assert.Null(await server.Words.ModeAsync());
        await server.StartAsync();
        Assert.Equal(port, server.Port);
        Assert.Equal("standalone", await server.Words.ModeAsync());
    }

    [Fact]
    public async Task Frozen_it_answers_nobody_until_it_is_thawed()
    {
        ZooKeeperFixture.RequireInstallation();
        await using var server = await ZooKeeperServer.LaunchAsync();
        server.Freeze();
        Assert.Null(await server.Words.TryAskAsync("ruok"));
        server.Thaw();
        Assert.Equal("imok", await server.Words.TryAskAsync("ruok"));
    }

    [Fact]
    public async Task Ends_when_the_process_that_started_it_is_gone()
    {
        ZooKeeperFixture.RequireInstallation();
        await using var child = ParentWatch.Start("sleep", "1002.5");
        Assert.False(child.HasExited);
        await child.WriteAsync("", thenEnd: true); // what the kernel does to our end of the pipe when we die
        await child.WhenExitedAsync(TimeSpan.FromSeconds(10));
    }
}
