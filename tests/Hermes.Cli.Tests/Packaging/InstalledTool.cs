using System.Reflection;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Cli.Tests.Packaging;

/// <summary>The command as users have it: packed, installed with <c>dotnet tool</c>, run as a process of its own.</summary>
public sealed class InstalledTool(ZooKeeperFixture zooKeeper, EmulatorFixture kafka)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Packs_installs_and_runs_as_hermes()
    {
        using var folder = new TemporaryFolder();
        var configuration = typeof(InstalledTool).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        await RunAsync("dotnet", ["pack", Path.Combine(Checkout.Root, "src", "Hermes.Cli"), "--no-build", "-c", configuration, "-o", folder.File("feed")]);
        await RunAsync("dotnet", ["tool", "install", "Hermes.Cli", "--tool-path", folder.File("tools"), "--add-source", folder.File("feed"), "--version", "0.1.0"]);
        var hermes = Path.Combine(folder.File("tools"), OperatingSystem.IsWindows() ? "hermes.exe" : "hermes");
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HERMES_ZooKeeper__ConnectionString"] = zooKeeper.Require(),
            ["HERMES_ZooKeeper__Root"] = zooKeeper.FreshRoot(),
            ["HERMES_Kafka__BootstrapServers"] = kafka.BootstrapServers,
            ["DOTNET_ROOT"] = Path.GetDirectoryName(Environment.ProcessPath) is { } dotnet && File.Exists(Path.Combine(dotnet, "dotnet")) ? dotnet : Environment.GetEnvironmentVariable("DOTNET_ROOT"),
        };
        Assert.Contains("Created group shop.", await RunAsync(hermes, ["group", "create", "shop"], environment), StringComparison.Ordinal);
        Assert.Contains("shop", await RunAsync(hermes, ["group", "list"], environment), StringComparison.Ordinal);
        await using var wrong = ChildProcess.Start(hermes, ["group", "list", "--nonsense"], environment);
        Assert.Equal(ExitCode.Usage, await wrong.WhenExitedAsync(Patience));
        Assert.DoesNotContain("   at ", wrong.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publishes_what_is_piped_into_it()
    {
        await using var site = new Site(zooKeeper, kafka);
        await site.CreateTopicAsync();
        await using var hermes = ChildProcess.Start("dotnet",
            [typeof(HermesCommand).Assembly.Location, "topic", "publish", "shop.orders", "--zookeeper", zooKeeper.Require(), "--root", site.Root,
                "--bootstrap-servers", kafka.BootstrapServers, "--kafka-namespace", site.Namespace]);
        await hermes.WriteAsync("{\"n\":1}\n{\"n\":2}\n", thenEnd: true);
        Assert.Equal(ExitCode.Ok, await hermes.WhenExitedAsync(Patience));
        Assert.Contains("Published 2 messages", hermes.Output, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string program, string[] arguments, Dictionary<string, string?>? environment = null)
    {
        await using var process = ChildProcess.Start(program, arguments, environment);
        var code = await process.WhenExitedAsync(Patience);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{process.Output}");
        return process.Output;
    }
}
