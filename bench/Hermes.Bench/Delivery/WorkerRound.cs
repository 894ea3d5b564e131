using System.Text;
using Hermes.Testing.Processes;
using Hermes.ZooKeeper;

namespace Hermes.Bench.Delivery;

/// <summary>One round of the consumer worker: a fresh registry with one subscription, its group at the beginning, one process.</summary>
internal static class WorkerRound
{
    public static async Task<Figures> RunAsync(
        string servers, string zooKeeper, string group, string topic, Uri sink, Meter meter, BenchmarkSettings settings, int round)
    {
        var root = $"/bench-{round}";
        var subscription = $"ours{round}";
        await Records.StartFromBeginningAsync(servers, $"{group}_{topic}_{subscription}", $"{group}.{topic}", settings.Partitions);
        await WriteRegistryAsync(zooKeeper, root, group, topic, subscription, sink, settings);
        var before = await meter.CountAsync();
        await using var worker = ChildProcess.Start("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Hermes.Worker.Consumer.dll"),
            $"--ZooKeeper:ConnectionString={zooKeeper}",
            $"--ZooKeeper:Root={root}",
            $"--Kafka:BootstrapServers={servers}",
            "--Status:Listen=127.0.0.1:0",
            "--Delivery:AllowLoopback=true",
        ]);
        return await meter.MeasureAsync(worker, before, settings);
    }

    /// <summary>A registry with one topic and one subscription, whose endpoint is the sink.</summary>
    public static async Task WriteRegistryAsync(
        string zooKeeper, string root, string group, string topic, string subscription, Uri sink, BenchmarkSettings settings)
    {
        await using var client = ZooKeeperClient.Start(new ZooKeeperOptions { ConnectionString = zooKeeper });
        var topicDocument = $$$"""
            {"name":"{{{group}}}.{{{topic}}}","description":"benchmark","owner":{"source":"Plaintext","id":"bench"},"contentType":"JSON",
            "retentionTime":{"duration":1,"retentionUnit":"DAYS"}}
            """;
        var document = $$$"""
            {"topicName":"{{{group}}}.{{{topic}}}","name":"{{{subscription}}}","endpoint":"{{{sink}}}ours","state":"ACTIVE","description":"benchmark",
            "owner":{"source":"Plaintext","id":"bench"},"contentType":"JSON","deliveryType":"SERIAL","mode":"ANYCAST","subscriptionPolicy":
            {"rate":10000000,"messageTtl":3600,"messageBackoff":100,"requestTimeout":10000,"inflightSize":{{{settings.InFlight}}}}}
            """;
        (string Path, string Data)[] nodes =
        [
            (root, "bench"),
            ($"{root}/groups", "bench"),
            ($"{root}/groups/{group}", $$$"""{"groupName":"{{{group}}}"}"""),
            ($"{root}/groups/{group}/topics", "bench"),
            ($"{root}/groups/{group}/topics/{topic}", topicDocument),
            ($"{root}/groups/{group}/topics/{topic}/subscriptions", "bench"),
            ($"{root}/groups/{group}/topics/{topic}/subscriptions/{subscription}", document),
        ];
        foreach (var (path, data) in nodes) await client.CreateAsync(path, Encoding.UTF8.GetBytes(data), CreateMode.Persistent, CancellationToken.None);
    }
}
