using System.Text;
using Hermes.Testing.Processes;
using Hermes.ZooKeeper;

namespace Hermes.Bench.Delivery;

/// <summary>One round of the consumer worker: a fresh registry with one subscription, its group at the beginning, one process.</summary>
internal static class WorkerRound
{
    public static async Task<Figures> RunAsync(
        string servers, string zooKeeper, string group, string topic, Uri sink, Meter meter, BenchmarkSettings settings, int round, string? schemas = null)
    {
        var root = $"/bench-{round}";
        var subscription = $"ours{round}";
        await Records.StartAsync(servers, Groups($"{group}_{topic}_{subscription}", settings), $"{group}.{topic}", settings.Partitions);
        await WriteRegistryAsync(zooKeeper, root, group, topic, subscription, sink, settings);
        var before = await meter.CountAsync();
        await using var worker = Start(servers, zooKeeper, root, schemas);
        return await meter.MeasureAsync(worker, before, settings);
    }

    /// <summary>A consumer of its own.</summary>
    public static ChildProcess Start(string servers, string zooKeeper, string root, string? schemas = null, params string[] more) => ChildProcess.Start("dotnet",
    [
        Path.Combine(AppContext.BaseDirectory, "Hermes.Worker.Consumer.dll"),
        $"--ZooKeeper:ConnectionString={zooKeeper}",
        $"--ZooKeeper:Root={root}",
        $"--Kafka:BootstrapServers={servers}",
        "--Status:Listen=127.0.0.1:0",
        "--Delivery:AllowLoopback=true",
        "--Delivery:SigningSecrets:bench=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        .. schemas is null ? Array.Empty<string>() : [$"--Schemas:ServerUrl={schemas}"],
        .. more,
    ]);

    /// <summary>The consumer groups of all its subscriptions, by that of the first.</summary>
    public static IEnumerable<string> Groups(string first, BenchmarkSettings settings) => Enumerable.Range(0, settings.Subscriptions).Select(number => Numbered(first, number));

    /// <summary>The name of one of several subscriptions.</summary>
    public static string Numbered(string subscription, int number) => number == 0 ? subscription : $"{subscription}-{number}";

    /// <summary>A registry with one topic and its subscriptions, whose endpoint is the sink.</summary>
    public static async Task WriteRegistryAsync(
        string zooKeeper, string root, string group, string topic, string subscription, Uri sink, BenchmarkSettings settings)
    {
        await using var client = ZooKeeperClient.Start(new ZooKeeperOptions { ConnectionString = zooKeeper });
        var topicDocument = $$$"""
            {"name":"{{{group}}}.{{{topic}}}","description":"benchmark","owner":{"source":"Plaintext","id":"bench"},"contentType":"{{{(settings.Shape == Shapes.Avro ? "AVRO" : "JSON")}}}",
            "retentionTime":{"duration":1,"retentionUnit":"DAYS"}}
            """;
        List<(string Path, string Data)> nodes =
        [
            (root, "bench"),
            ($"{root}/groups", "bench"),
            ($"{root}/groups/{group}", $$$"""{"groupName":"{{{group}}}"}"""),
            ($"{root}/groups/{group}/topics", "bench"),
            ($"{root}/groups/{group}/topics/{topic}", topicDocument),
            ($"{root}/groups/{group}/topics/{topic}/subscriptions", "bench"),
        ];
        for (var i = 0; i < settings.Subscriptions; i++)
        {
            var name = Numbered(subscription, i);
            nodes.Add(($"{root}/groups/{group}/topics/{topic}/subscriptions/{name}", Document($"{group}.{topic}", name, sink, settings)));
        }
        foreach (var (path, data) in nodes) await client.CreateAsync(path, Encoding.UTF8.GetBytes(data), CreateMode.Persistent, CancellationToken.None);
    }

    /// <summary>A subscription's document.</summary>
    public static string Document(string topic, string name, Uri sink, BenchmarkSettings settings)
    {
        var isBatch = settings.Shape == Shapes.Batch;
        var policy = isBatch
            ? $$"""{"messageTtl":3600,"retryClientErrors":false,"messageBackoff":100,"requestTimeout":10000,"batchSize":{{Shapes.BatchSize}},"batchTime":1000,"batchVolume":4194304}"""
            : $$"""{"rate":10000000,"messageTtl":3600,"messageBackoff":100,"requestTimeout":10000,"inflightSize":{{settings.InFlight}}}""";
        var more = settings.Shape switch
        {
            Shapes.Filter => """,  "filters":[{"type":"jsonpath","path":"$.n","matcher":"^[0-9]+$"}]""",
            Shapes.Signing => """,  "endpointAddressResolverMetadata":{"hermesWorkers":{"signing":{"secrets":["bench"]}}}""",
            _ => "",
        };
        return $$$"""
            {"topicName":"{{{topic}}}","name":"{{{name}}}","endpoint":"{{{sink}}}{{{(isBatch ? "batch" : "ours")}}}","state":"ACTIVE","description":"benchmark",
            "owner":{"source":"Plaintext","id":"bench"},"contentType":"JSON","deliveryType":"{{{(isBatch ? "BATCH" : "SERIAL")}}}","mode":"ANYCAST","subscriptionPolicy":{{{policy}}}{{{more}}}}
            """;
    }
}
