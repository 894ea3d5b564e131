namespace Hermes.Cli.Tests;

/// <summary>What is asked wrongly ends with 2 and a reason, before anything is connected to.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("Required command was not provided", "group")]
    [InlineData("Unrecognized command or argument 'grupo'", "grupo")]
    [InlineData("Required argument 'topic' missing", "topic", "show")]
    [InlineData("must read 'group.topic'", "topic", "show", "orders")]
    [InlineData("must read 'group.topic'", "topic", "create", "shop/x.orders")]
    [InlineData("A group's name must consist of", "group", "create", "a b")]
    [InlineData("A subscription's name must consist of", "subscription", "show", "shop.orders", "a$b")]
    [InlineData("--partitions must be a number from 1", "topic", "create", "shop.orders", "--partitions", "0")]
    [InlineData("does not read path=value", "subscription", "update", "shop.orders", "s", "--set", "rate")]
    [InlineData("does not read SECTION:NAME=VALUE", "group", "list", "--setting", "x")]
    [InlineData("does not read NAME=VALUE", "topic", "publish", "shop.orders", "--header", "x")]
    [InlineData("is given twice", "topic", "publish", "shop.orders", "--header", "x=1", "--header", "x=2")]
    [InlineData("would mislead Hermes's reader", "topic", "publish", "shop.orders", "--header", "message=1")]
    [InlineData("Either --key or --key-member", "topic", "publish", "shop.orders", "--key", "a", "--key-member", "b")]
    [InlineData("--timestamp must be", "topic", "publish", "shop.orders", "--timestamp", "yesterday")]
    [InlineData("--file: Could not find", "topic", "publish", "shop.orders", "--file", "/no/such/file")]
    [InlineData("--config: ", "group", "list", "--config", "/no/such/file")]
    [InlineData("Nothing to change", "subscription", "update", "shop.orders", "s")]
    [InlineData("An answer's status must be", "endpoint", "--answer", "abc")]
    [InlineData("--expect must be at least 1", "endpoint", "--expect", "0")]
    [InlineData("--listen must read ADDRESS:PORT", "endpoint", "--listen", "here")]
    public async Task Wrong_usage_ends_with_2_and_says_why(string because, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(arguments);
        run.Failed(ExitCode.Usage, because);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("Manages a Hermes installation", "--help")]
    [InlineData("subscriptionPolicy.rate=1000", "subscription", "create", "--help")]
    [InlineData("503:2,200", "endpoint", "--help")]
    public async Task Help_is_a_result(string text, params string[] arguments) =>
        Assert.Contains(text, (await CommandRun.OfAsync(arguments)).Succeeded().Output, StringComparison.Ordinal);

    [Fact]
    public async Task Every_fault_of_a_document_is_named_at_once()
    {
        var run = await CommandRun.OfAsync("subscription", "create", "shop.orders", "s", "--endpoint", "ftp://user:hunter2@host/",
            "--set", "subscriptionPolicy.rate=0", "--set", "subscriptionPolicy.messageTtl=\"60\"", "--set", "headers=[{\"name\":\"X\"}]", "--set", "mode=TWICE");
        run.Failed(ExitCode.Usage, "endpoint must be an address");
        Assert.Contains("subscriptionPolicy.rate must be a whole number from 1 on, but is 0.", run.Error, StringComparison.Ordinal);
        Assert.Contains("subscriptionPolicy.messageTtl must be a whole number from 0 to 7200, but is \"60\".", run.Error, StringComparison.Ordinal);
        Assert.Contains("headers must be a list", run.Error, StringComparison.Ordinal);
        Assert.Contains("mode must be one of ANYCAST, BROADCAST, but is \"TWICE\".", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_wrong_setting_is_named_at_once()
    {
        var run = await CommandRun.OfAsync("group", "list", "--root", "no-slash", "--zookeeper", "host:99999", "--setting", "Kafka:BootstrapServers=", "--setting", "ZooKeeper:Password=hunter2");
        run.Failed(ExitCode.Usage, "Root must begin with '/'");
        Assert.Contains("99999", run.Error, StringComparison.Ordinal);
        Assert.Contains("ZooKeeper:Password needs ZooKeeper:User", run.Error, StringComparison.Ordinal);
        Assert.Contains("BootstrapServers", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Error, StringComparison.Ordinal);
    }
}
