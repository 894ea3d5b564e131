using System.Text.RegularExpressions;
using Hermes.KafkaEmulator.Tests.Contract;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;

namespace Hermes.KafkaEmulator.Tests.Tools;

/// <summary>The programs of a Kafka distribution (<c>KAFKA_HOME</c>) against the emulator.</summary>
[Collection(OnEmulator.Name), Trait("Needs", "Kafka")]
public sealed partial class ConsoleTools(EmulatorFixture emulator)
{
    private readonly string _topic = BrokerAccess.FreshName("tools");

    [Fact]
    public async Task Topics_are_created_described_altered_listed_and_deleted()
    {
        await RunAsync("kafka-topics.sh", "--create", "--topic", _topic, "--partitions", "3", "--config", "retention.ms=100000");
        Assert.Matches($"Topic: {_topic}.*PartitionCount: 3.*retention.ms=100000", await RunAsync("kafka-topics.sh", "--describe", "--topic", _topic));
        await RunAsync("kafka-topics.sh", "--alter", "--topic", _topic, "--partitions", "5");
        await RunAsync("kafka-configs.sh", "--alter", "--topic", _topic, "--add-config", "max.message.bytes=2000", "--delete-config", "retention.ms");
        var settings = await RunAsync("kafka-configs.sh", "--describe", "--topic", _topic);
        Assert.Contains("max.message.bytes=2000", settings, StringComparison.Ordinal);
        Assert.DoesNotContain("retention.ms", settings, StringComparison.Ordinal);
        Assert.Contains(_topic, await RunAsync("kafka-topics.sh", "--list"), StringComparison.Ordinal);
        await RunAsync("kafka-topics.sh", "--delete", "--topic", _topic);
        Assert.DoesNotContain(_topic, await RunAsync("kafka-topics.sh", "--list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_are_produced_counted_consumed_and_deleted()
    {
        await RunAsync("kafka-topics.sh", "--create", "--topic", _topic, "--partitions", "2");
        var lines = string.Concat(Enumerable.Range(0, 20).Select(i => $"key{i}:value{i}\n"));
        await RunWithInputAsync("kafka-console-producer.sh", lines, "--topic", _topic, "--property", "parse.key=true", "--property", "key.separator=:");
        Assert.Equal(20, Offsets(await RunAsync("kafka-get-offsets.sh", "--topic", _topic)));

        var read = await RunAsync("kafka-console-consumer.sh", "--topic", _topic, "--group", _topic, "--from-beginning", "--max-messages", "20", "--property", "print.key=true");
        Assert.All(Enumerable.Range(0, 20), i => Assert.Contains($"key{i}\tvalue{i}", read, StringComparison.Ordinal));

        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("delete.json"), $$"""{"version":1,"partitions":[{"topic":"{{_topic}}","partition":0,"offset":-1}]}""");
        await RunAsync("kafka-delete-records.sh", "--offset-json-file", folder.File("delete.json"));
        var earliest = await RunAsync("kafka-get-offsets.sh", "--topic", _topic, "--time", "earliest", "--partitions", "0");
        Assert.Equal(Offsets(await RunAsync("kafka-get-offsets.sh", "--topic", _topic, "--partitions", "0")), Offsets(earliest));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task The_perf_tests_move_their_messages_in_every_compression(string compression)
    {
        var topic = await new BrokerAccess(emulator.BootstrapServers).FreshTopicAsync(partitions: 2);
        var produced = await RunAsync("kafka-producer-perf-test.sh", "--topic", topic, "--num-records", "20000", "--record-size", "200", "--throughput", "-1",
            "--producer-props", $"bootstrap.servers={emulator.BootstrapServers}", $"compression.type={compression}");
        Assert.Contains("20000 records sent", produced, StringComparison.Ordinal);
        var consumed = await RunAsync("kafka-consumer-perf-test.sh", "--topic", topic, "--messages", "20000", "--timeout", "30000");
        Assert.Matches(@", 20000, \d", consumed);
        Assert.Equal(20_000, Offsets(await RunAsync("kafka-get-offsets.sh", "--topic", topic)));
    }

    private static long Offsets(string output) => LineOfOffset().Matches(output).Sum(line => long.Parse(line.Groups["offset"].Value));

    [GeneratedRegex(@"^[^:\s]+:\d+:(?<offset>\d+)$", RegexOptions.Multiline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LineOfOffset();

    private Task<string> RunAsync(string script, params string[] arguments) => RunWithInputAsync(script, "", arguments);

    private async Task<string> RunWithInputAsync(string script, string input, params string[] arguments)
    {
        Assert.SkipWhen(KafkaDistribution.WhyNoTools is not null, KafkaDistribution.WhyNoTools ?? "");
        string[] server = script is "kafka-producer-perf-test.sh" ? [] : ["--bootstrap-server", emulator.BootstrapServers];
        await using var tool = ChildProcess.Start(Path.Combine(KafkaDistribution.Home!, "bin", script), [.. server, .. arguments]);
        await tool.WriteAsync(input, thenEnd: true);
        var code = await tool.WhenExitedAsync(TimeSpan.FromSeconds(90));
        Assert.True(code == 0, $"{script} ended with {code}:\n{tool.Output}");
        return tool.Output;
    }
}
