using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Hermes.Bench.Delivery;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Bench.Isolation;

/// <summary>Many subscriptions in one worker, four of them with endpoints that hang, refuse, fail, and answer a byte a second; and the same
/// without those four, in turn: the others' deliveries a second, as a ratio.</summary>
internal static class IsolationBenchmark
{
    private const string Group = "bench";
    private const string Topic = "isolation";
    private const int Bad = 4;

    /// <summary>The options, over what is usual here.</summary>
    /// <exception cref="ArgumentException">One is unknown or is no number.</exception>
    public static BenchmarkSettings Parse(string[] options) => BenchmarkSettings.Parse(["--subscriptions", "196", "--messages", "2000", .. options]);

    public static async Task RunAsync(BenchmarkSettings settings)
    {
        await using var broker = await Benchmark.LaunchBrokerAsync();
        await using var zooKeeper = await ZooKeeperServer.LaunchAsync();
        await using var sink = await SinkProcess.StartAsync();
        using var hanging = Listener(static (_, _) => Task.CompletedTask);
        using var failing = Listener(static (stream, stop) => stream.WriteAsync("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop).AsTask());
        using var trickling = Listener(TrickleAsync);
        int[] bad = [Port(hanging), FreePorts.Take(1)[0], Port(failing), Port(trickling)];
        await Records.PublishAsync(broker.BootstrapServers, $"{Group}.{Topic}", settings);
        Console.WriteLine($"{settings.Messages} messages to {settings.Subscriptions} subscriptions, without and with {Bad} bad ones beside them");
        using var http = new HttpClient();
        var meter = new Meter(http, sink.Address);
        List<Figures> without = [], with = [];
        for (var round = 1; round <= settings.Rounds; round++)
        {
            without.Add(await RoundAsync(broker.BootstrapServers, zooKeeper.ConnectionString, sink.Address, meter, settings, (2 * round) - 1, []));
            Say("without", round, without[^1]);
            with.Add(await RoundAsync(broker.BootstrapServers, zooKeeper.ConnectionString, sink.Address, meter, settings, 2 * round, bad));
            Say("with", round, with[^1]);
        }
        var (a, b) = (Figures.Median(without), Figures.Median(with));
        Console.WriteLine($"isolation_ratio={b.PerSecond / a.PerSecond:0.00} with_per_s={b.PerSecond:0} without_per_s={a.PerSecond:0}");
    }

    private static async Task<Figures> RoundAsync(string servers, string zooKeeper, Uri sink, Meter meter, BenchmarkSettings settings, int round, int[] bad)
    {
        var root = $"/bench-{round}";
        var badGroups = bad.Select((_, i) => $"{Group}_{Topic}_bad{round}-{i}");
        await Records.StartAsync(servers, [.. WorkerRound.Groups($"{Group}_{Topic}_ours{round}", settings), .. badGroups], $"{Group}.{Topic}", settings.Partitions);
        await WorkerRound.WriteRegistryAsync(zooKeeper, root, Group, Topic, $"ours{round}", sink, settings);
        await using var client = ZooKeeperClient.Start(new ZooKeeperOptions { ConnectionString = zooKeeper });
        for (var i = 0; i < bad.Length; i++)
        {
            await client.CreateAsync($"{root}/groups/{Group}/topics/{Topic}/subscriptions/bad{round}-{i}",
                Encoding.UTF8.GetBytes(WorkerRound.Document($"{Group}.{Topic}", $"bad{round}-{i}", new($"http://127.0.0.1:{bad[i]}/"), settings)), CreateMode.Persistent, CancellationToken.None);
        }
        var before = await meter.CountAsync();
        await using var worker = WorkerRound.Start(servers, zooKeeper, root);
        return await meter.MeasureAsync(worker, before, settings);
    }

    private static async Task TrickleAsync(NetworkStream stream, CancellationToken stop)
    {
        foreach (var letter in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray())
        {
            await stream.WriteAsync(new[] { letter }, stop);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, stop);
        }
    }

    /// <summary>Reads what comes, and answers each read in its way.</summary>
    private static TcpListener Listener(Func<NetworkStream, CancellationToken, Task> answer)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 1024);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(); // ends with the listener
                _ = ServeAsync(socket, answer);
            }
        });
        return listener;
    }

    private static async Task ServeAsync(Socket socket, Func<NetworkStream, CancellationToken, Task> answer)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        var buffer = new byte[64 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer) > 0) await answer(stream, CancellationToken.None);
        }
        catch (IOException)
        {
            // The worker gave it up.
        }
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static void Say(string side, int round, Figures figures) => Console.WriteLine($"round {round} {side,-8} {figures.PerSecond,7:0}/s {figures.CpuMicroseconds,6:0.0} us {figures.ResidentMegabytes,5:0} MiB");
}
