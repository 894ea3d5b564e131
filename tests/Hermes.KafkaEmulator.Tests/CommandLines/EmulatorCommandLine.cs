using System.Net;
using Hermes.Testing.Processes;

namespace Hermes.KafkaEmulator.Tests.CommandLines;

/// <summary>The arguments of the process, and its exit codes.</summary>
public sealed class EmulatorCommandLine
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Everything_can_be_said()
    {
        var options = CommandLine.Parse(["--listen", "127.0.0.2:1234", "--advertise", "kafka:9092", "--data", "/tmp/x", "--partitions", "7", "--auto-create-topics", "false"]);
        Assert.Equal(
            new KafkaEmulatorOptions { Listen = IPEndPoint.Parse("127.0.0.2:1234"), Advertise = "kafka:9092", DataFolder = "/tmp/x", Partitions = 7, AutoCreateTopics = false },
            options);
    }

    [Fact]
    public void The_times_of_groups_can_be_said()
    {
        var options = CommandLine.Parse(["--group-initial-rebalance-delay-ms", "3000", "--group-min-session-timeout-ms", "100"]);
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(100)), (options!.Groups.InitialRebalanceDelay, options.Groups.MinSessionTimeout));
    }

    [Theory]
    [InlineData("--listen")]
    [InlineData("--listen", "9092")]
    [InlineData("--listen", "nowhere:9092")]
    [InlineData("--listen", "127.0.0.1:99999")]
    [InlineData("--listen", "0.0.0.0:9092")]
    [InlineData("--partitions", "0")]
    [InlineData("--partitions", "many")]
    [InlineData("--auto-create-topics", "perhaps")]
    [InlineData("--group-initial-rebalance-delay-ms", "3s")]
    [InlineData("--group-min-session-timeout-ms", "-1")]
    [InlineData("--port", "9092")]
    [InlineData("serve")]
    public void Nonsense_is_refused_with_a_reason(params string[] arguments) =>
        Assert.NotEmpty(Assert.Throws<FormatException>(() => CommandLine.Parse(arguments)).Message);

    [Theory]
    [InlineData(2, "--partitions", "0")]
    [InlineData(1, "--listen", "192.0.2.1:9092")]
    [InlineData(0, "--help", "")]
    public async Task The_exit_code_tells_failure_from_misuse(int code, params string[] arguments)
    {
        await using var process = Start([.. arguments.Where(argument => argument.Length > 0)]);
        Assert.Equal(code, await process.WhenExitedAsync(Patience));
        Assert.Contains(code == 1 ? "cannot start" : "usage:", process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_what_it_is_not_for_and_stops_cleanly_when_told()
    {
        await using var process = Start("--listen", "127.0.0.1:0");
        await process.WhenOutputAsync("NOT FOR PRODUCTION", Patience);
        process.Terminate();
        Assert.Equal(0, await process.WhenExitedAsync(Patience));
    }

    [Fact]
    public async Task A_data_folder_has_one_process_at_a_time()
    {
        using var folder = new TemporaryFolder();
        await using var first = Start("--listen", "127.0.0.1:0", "--data", folder.Path);
        await first.WhenOutputAsync("NOT FOR PRODUCTION", Patience);
        await using var second = Start("--listen", "127.0.0.1:0", "--data", folder.Path);
        Assert.Equal(1, await second.WhenExitedAsync(Patience));
    }

    private static ChildProcess Start(params string[] arguments) =>
        ChildProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "Hermes.KafkaEmulator.dll"), .. arguments]);
}
