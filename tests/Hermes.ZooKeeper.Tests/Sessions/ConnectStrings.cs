using Hermes.ZooKeeper.Sessions;

namespace Hermes.ZooKeeper.Tests.Sessions;

/// <summary>Connection strings, good and bad.</summary>
public sealed class ConnectStrings
{
    [Fact]
    public void Names_servers_ports_and_a_chroot()
    {
        var target = ConnectString.Parse("a:1, b ,[::1]:3,::2/x/y");
        Assert.Equal([new("a", 1), new("b", 2181), new("::1", 3), new("::2", 2181)], target.Servers);
        Assert.Equal("/x/y", target.Chroot);
        Assert.Equal("", ConnectString.Parse("a/").Chroot);
    }

    [Theory]
    [InlineData("", "is empty"), InlineData("a:0", "1 to 65535"), InlineData("a:x", "1 to 65535"), InlineData("a,,b", "names no host"), InlineData("a/x/", "end with '/'")]
    public void A_bad_one_is_refused_by_its_rule(string text, string rule) =>
        Assert.Contains(rule, Assert.Throws<ArgumentException>(() => ConnectString.Parse(text)).Message, StringComparison.Ordinal);
}
