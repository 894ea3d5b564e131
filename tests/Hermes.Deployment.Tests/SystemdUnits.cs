using System.Diagnostics;
using Hermes.Testing.Processes;

namespace Hermes.Deployment.Tests;

/// <summary>The units, by the judgement of systemd itself.</summary>
public sealed class SystemdUnits
{
    private const string Tool = "/usr/bin/systemd-analyze";

    public static TheoryData<string> Services => ["hermes-consumer.service", "hermes-retransmitter.service", "hermes-janitor.service"];

    [Fact]
    public async Task Systemd_finds_no_fault_in_any_unit()
    {
        using var root = LaidOut();
        var (code, output) = await AnalyzeAsync(["verify", "--man=no", $"--root={root.Path}", .. Services.Select(s => s.Data), "hermes-workers.target"]);
        Assert.True(code == 0 && output.Length == 0, output);
    }

    [Theory, MemberData(nameof(Services))]
    public async Task A_service_is_exposed_no_more_than_2_of_10(string service)
    {
        var (code, output) = await AnalyzeAsync(["security", "--offline=true", "--threshold=20", Path.Combine(Checkout.Root, "systemd", service)]);
        Assert.True(code == 0, output);
    }

    /// <summary>A root that holds no more than what the units name.</summary>
    private static TemporaryFolder LaidOut()
    {
        var root = new TemporaryFolder();
        var units = Directory.CreateDirectory(Path.Combine(root.Path, "usr/lib/systemd/system")).FullName;
        foreach (var unit in Directory.EnumerateFiles(Path.Combine(Checkout.Root, "systemd")).Where(f => f.EndsWith(".service", StringComparison.Ordinal) || f.EndsWith(".target", StringComparison.Ordinal)))
            File.Copy(unit, Path.Combine(units, Path.GetFileName(unit)));
        foreach (var name in new[] { "basic", "sysinit", "network-online", "multi-user", "shutdown" })
            File.WriteAllText(Path.Combine(units, $"{name}.target"), $"[Unit]\nDescription={name}\n");
        foreach (var slice in new[] { "system.slice", "-.slice" })
            File.WriteAllText(Path.Combine(units, slice), $"[Unit]\nDescription={slice}\n");
        var programs = Directory.CreateDirectory(Path.Combine(root.Path, "usr/lib/hermes-workers")).FullName;
        foreach (var worker in new[] { "Consumer", "Retransmitter", "Janitor" })
        {
            var program = Path.Combine(programs, $"Hermes.Worker.{worker}");
            File.WriteAllText(program, "");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        return root;
    }

    private static async Task<(int Code, string Output)> AnalyzeAsync(IEnumerable<string> arguments)
    {
        Assert.SkipUnless(File.Exists(Tool), $"{Tool} is missing: this machine has no systemd.");
        using var process = Process.Start(new ProcessStartInfo(Tool, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}
