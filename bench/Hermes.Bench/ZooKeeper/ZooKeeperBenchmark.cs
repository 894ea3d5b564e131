using System.Globalization;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Bench.ZooKeeper;

/// <summary>
/// Our client beside the Java client, in turn, on one server: pipelined reads and writes a second, and processor time of the client for each.
/// Medians over the rounds. Server and clients have a process each; a client that is not at work is idle.
/// </summary>
internal static class ZooKeeperBenchmark
{
    public static async Task RunAsync(LoadSettings settings)
    {
        using var classes = new TemporaryFolder();
        await JavaClient.CompileAsync(classes);
        // The tests' server starts fast; this one is to run fast.
        await using var server = await ZooKeeperServer.LaunchAsync(new() { JavaOptions = ["-Xmx512m", "-XX:TieredStopAtLevel=4"] });
        await CreateNodesAsync(server.ConnectionString, settings);
        int[] numbers = [settings.Connections, settings.InFlight, settings.Nodes, settings.Size];
        string[] arguments = [server.ConnectionString, .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))];
        Console.WriteLine($"{settings.InFlight} calls in flight over {settings.Connections} session(s), {settings.Size} bytes, "
            + $"{settings.Rounds} rounds of {settings.Seconds} s; Java: {JavaClient.Origin}");
        await using var ours = new Side("ours", Benchmark.Start(["zookeeper-load", .. arguments]));
        await using var java = new Side("java", JavaClient.Start(classes, arguments));
        await RunAsync([ours, java], settings);
        Console.WriteLine(
            $"get_ratio={ours.Get.PerSecond / java.Get.PerSecond:0.00} set_ratio={ours.Set.PerSecond / java.Set.PerSecond:0.00} "
            + $"get_cpu_ratio={ours.Get.CpuMicroseconds / java.Get.CpuMicroseconds:0.00} set_cpu_ratio={ours.Set.CpuMicroseconds / java.Set.CpuMicroseconds:0.00} "
            + $"ours_get_per_s={ours.Get.PerSecond:0} java_get_per_s={java.Get.PerSecond:0} ours_set_per_s={ours.Set.PerSecond:0} java_set_per_s={java.Set.PerSecond:0} "
            + $"ours_get_cpu_us={ours.Get.CpuMicroseconds:0.0} java_get_cpu_us={java.Get.CpuMicroseconds:0.0} "
            + $"ours_set_cpu_us={ours.Set.CpuMicroseconds:0.0} java_set_cpu_us={java.Set.CpuMicroseconds:0.0}");
    }

    private static async Task RunAsync(Side[] sides, LoadSettings settings)
    {
        var time = TimeSpan.FromSeconds(settings.Seconds);
        foreach (var side in sides)
        {
            await side.WhenReadyAsync();
            await side.WarmUpAsync("get", time);
            await side.WarmUpAsync("set", time);
        }

        foreach (var operation in new[] { "get", "set" })
        {
            for (var round = 0; round < settings.Rounds; round++)
            {
                // Each begins every other round, so that neither always follows the other.
                foreach (var side in round % 2 == 0 ? sides : sides.AsEnumerable().Reverse())
                    await side.MeasureAsync(operation, time);
            }
        }
    }

    private static async Task CreateNodesAsync(string connectionString, LoadSettings settings)
    {
        await using var zk = ZooKeeperClient.Start(new() { ConnectionString = connectionString });
        await zk.CreateAsync("/bench", default, CreateMode.Persistent, CancellationToken.None);
        for (var node = 0; node < settings.Nodes; node++)
            await zk.CreateAsync($"/bench/{node}", new byte[settings.Size], CreateMode.Persistent, CancellationToken.None);
    }
}
