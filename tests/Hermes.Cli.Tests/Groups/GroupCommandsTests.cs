using Hermes.Testing.ZooKeeper;

namespace Hermes.Cli.Tests.Groups;

/// <summary><c>hermes group</c> on real ZooKeeper.</summary>
public sealed class GroupCommandsTests(ZooKeeperFixture zooKeeper, EmulatorFixture kafka) : IAsyncDisposable
{
    private readonly Site _site = new(zooKeeper, kafka);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Creates_the_nodes_that_management_creates_and_leaves_none_empty()
    {
        (await _site.RunAsync("group", "create", "pl.shop")).Succeeded();
        Assert.Equal("""{"groupName":"pl.shop"}""", await _site.TextAsync("/groups/pl.shop"));
        Assert.NotEqual("", await _site.TextAsync("/groups"));
        Assert.NotEqual("", await _site.TextAsync("/groups/pl.shop/topics"));
    }

    [Fact]
    public async Task Lists_shows_and_deletes()
    {
        (await _site.RunAsync("group", "create", "b")).Succeeded();
        (await _site.RunAsync("group", "create", "a", "--set", "note=\"kept\"")).Succeeded();
        Assert.Equal("""[{"groupName":"a","topics":0},{"groupName":"b","topics":0}]""", (await _site.RunAsync("group", "list", "--json")).Succeeded().Json.ToJsonString());
        Assert.Equal("""{"document":{"groupName":"a","note":"kept"},"topics":[]}""", (await _site.RunAsync("group", "show", "a", "--json")).Succeeded().Json.ToJsonString());
        Assert.Contains("note", (await _site.RunAsync("group", "show", "a")).Succeeded().Output, StringComparison.Ordinal);
        (await _site.RunAsync("group", "delete", "a")).Succeeded();
        Assert.False(await _site.ExistsAsync("/groups/a"));
        Assert.DoesNotContain("a ", (await _site.RunAsync("group", "list")).Succeeded().Output.Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_installation_has_no_groups() => Assert.Equal("[]", (await _site.RunAsync("group", "list", "--json")).Succeeded().Output.Trim());

    [Fact]
    public async Task Says_what_is_wrong()
    {
        (await _site.RunAsync("group", "show", "none")).Failed(ExitCode.Failed, "There is no group none.");
        (await _site.RunAsync("group", "delete", "none")).Failed(ExitCode.Failed, "There is no group none.");
        await _site.CreateTopicAsync();
        (await _site.RunAsync("group", "create", "shop")).Failed(ExitCode.Failed, "Group shop exists already.");
        (await _site.RunAsync("group", "delete", "shop")).Failed(ExitCode.Failed, "it still has orders");
    }
}
