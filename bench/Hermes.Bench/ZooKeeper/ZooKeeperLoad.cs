using System.Globalization;
using Hermes.ZooKeeper;

namespace Hermes.Bench.ZooKeeper;

/// <summary>Our client under load: lanes that each have one call in flight. Takes the same arguments and says the same lines as the Java side.</summary>
internal static class ZooKeeperLoad
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var numbers = arguments[1..].Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var (lanes, nodes, size) = (numbers[1], numbers[2], numbers[3]);
        var clients = new ZooKeeperClient[numbers[0]];
        for (var i = 0; i < clients.Length; i++)
        {
            clients[i] = ZooKeeperClient.Start(new() { ConnectionString = arguments[0], SessionTimeout = TimeSpan.FromSeconds(30) });
            await clients[i].WhenConnectedAsync(CancellationToken.None);
        }

        Console.WriteLine("ready");
        var value = new byte[size];
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var command = line.Split(' '); // number, operation, milliseconds
            var start = TimeProvider.System.GetTimestamp();
            var time = TimeSpan.FromMilliseconds(long.Parse(command[2], CultureInfo.InvariantCulture));
            var running = Enumerable.Range(0, lanes).Select(lane => command[1] is "set"
                ? SetAsync(clients[lane % clients.Length], $"/bench/{lane % nodes}", value, start, time)
                : GetAsync(clients[lane % clients.Length], $"/bench/{lane % nodes}", size, start, time)).ToArray();
            var answers = (await Task.WhenAll(running)).Sum();
            Console.WriteLine($"round {command[0]} {answers} {TimeProvider.System.GetElapsedTime(start).TotalNanoseconds:0}");
        }

        foreach (var client in clients)
            await client.DisposeAsync();
        return 0;
    }

    private static async Task<long> GetAsync(ZooKeeperClient client, string path, int size, long start, TimeSpan time)
    {
        long mine = 0;
        do
        {
            Check((await client.GetAsync(path, CancellationToken.None)).Data.Length, size);
            mine++;
        }
        while (TimeProvider.System.GetElapsedTime(start) < time);
        return mine;
    }

    private static async Task<long> SetAsync(ZooKeeperClient client, string path, ReadOnlyMemory<byte> value, long start, TimeSpan time)
    {
        long mine = 0;
        do
        {
            Check((await client.SetAsync(path, value, NodeVersion.Any, CancellationToken.None)).DataLength, value.Length);
            mine++;
        }
        while (TimeProvider.System.GetElapsedTime(start) < time);
        return mine;
    }

    private static void Check(int length, int expected)
    {
        if (length != expected)
            throw new InvalidDataException($"An answer has {length} bytes in place of {expected}.");
    }
}
