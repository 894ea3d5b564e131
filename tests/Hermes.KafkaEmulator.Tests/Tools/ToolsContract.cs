using System.Text;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Hermes.KafkaEmulator.Tests.Contract;
using Hermes.Testing.Processes;

namespace Hermes.KafkaEmulator.Tests.Tools;

/// <summary>What an administrator does with Kafka's own tools. Each start of one costs a Java machine, so a test is a whole story.</summary>
public abstract class ToolsContract
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 3_600);

    protected abstract string BootstrapServers { get; }

    private BrokerAccess Broker => new(BootstrapServers);

    [Fact]
    public async Task Topics_are_made_looked_at_changed_and_deleted()
    {
        KafkaTool.Require();
        var topic = BrokerAccess.FreshName("topic");
        var created = await RunAsync("topics", $"--create --topic {topic} --partitions 2 --config retention.ms=86400000");
        Assert.Contains($"Created topic {topic}.", created, StringComparison.Ordinal);
        var described = await RunAsync("topics", $"--describe --topic {topic}");
        Assert.Contains("PartitionCount: 2 ReplicationFactor: 1", described, StringComparison.Ordinal);
        Assert.Contains("retention.ms=86400000", described, StringComparison.Ordinal);
        Assert.Contains("Partition: 1 Leader: 1 Replicas: 1 Isr: 1", described, StringComparison.Ordinal);

        await RunAsync("topics", $"--alter --topic {topic} --partitions 4");
        await RunAsync("configs", $"--alter --entity-type topics --entity-name {topic} --add-config max.message.bytes=5000 --delete-config retention.ms");
        var settings = await RunAsync("configs", $"--describe --entity-type topics --entity-name {topic}");
        Assert.Contains("max.message.bytes=5000", settings, StringComparison.Ordinal);
        Assert.DoesNotContain("retention.ms", settings, StringComparison.Ordinal);
        Assert.Contains("PartitionCount: 4", await RunAsync("topics", $"--describe --topic {topic}"), StringComparison.Ordinal);

        await RunAsync("topics", $"--delete --topic {topic}");
        Assert.DoesNotContain(topic, await RunAsync("topics", "--list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_go_in_and_out_are_counted_and_deleted()
    {
        KafkaTool.Require();
        var (topic, group) = (await Broker.FreshTopicAsync(), BrokerAccess.FreshName("group"));
        await RunAsync("console-producer", $"--topic {topic} --property parse.key=true --property key.separator=: --property parse.headers=true " +
            "--property headers.delimiter=| --property headers.separator=, --property headers.key.separator==", "h=1|k1:v1\nh=2|k2:v2\nh=3|k3:v3\n");
        var read = await RunAsync("console-consumer",
            $"--topic {topic} --group {group} --from-beginning --max-messages 3 --timeout-ms 30000 --property print.key=true --property print.headers=true");
        Assert.Contains("h:1 k1 v1 h:2 k2 v2 h:3 k3 v3", read, StringComparison.Ordinal);
        Assert.Contains("Processed a total of 3 messages", read, StringComparison.Ordinal);
        Assert.Contains($"{group} {topic} 0 3 3 0 -", await RunAsync("consumer-groups", $"--describe --group {group}"), StringComparison.Ordinal);

        using (var folder = new TemporaryFolder())
        {
            var plan = folder.File("delete.json");
            await File.WriteAllTextAsync(plan, $$"""{"version":1,"partitions":[{"topic":"{{topic}}","partition":0,"offset":2}]}""");
            Assert.Contains("low_watermark: 2", await RunAsync("delete-records", $"--offset-json-file {plan}"), StringComparison.Ordinal);
        }

        Assert.Equal($"{topic}:0:3", await RunAsync("get-offsets", $"--topic {topic}"));
        Assert.Equal($"{topic}:0:2", await RunAsync("get-offsets", $"--topic {topic} --time earliest"));
    }

    [Fact]
    public async Task A_group_is_shown_rewound_thinned_and_deleted()
    {
        KafkaTool.Require();
        var (topic, other, group) = (await Broker.FreshTopicAsync(), await Broker.FreshTopicAsync(), BrokerAccess.FreshName("group"));
        using (var producer = Broker.Producer())
        {
            for (var i = 0; i < 10; i++)
            {
                var time = new Timestamp(Start.AddSeconds(i).ToUnixTimeMilliseconds(), TimestampType.CreateTime);
                await producer.ProduceAsync(topic, new() { Value = Encoding.UTF8.GetBytes($"{i}"), Timestamp = time });
            }
        }

        using (var consumer = Broker.Consumer(group, settings => settings.ClientId = "reader"))
        {
            consumer.Subscribe(topic);
            for (var i = 0; i < 7; i++)
                consumer.Commit(consumer.Consume(BrokerAccess.Patience));
            var described = await RunAsync("consumer-groups", $"--describe --group {group}");
            Assert.Matches($"{group} {topic} 0 7 10 3 reader-[-0-9a-f]+ /127.0.0.1 reader", described);
            var members = await RunAsync("consumer-groups", $"--describe --group {group} --members --verbose");
            Assert.Matches($"{group} reader-[-0-9a-f]+ /127.0.0.1 reader 1 [^ ]*\\(0\\)", members);
            var refused = await RunAsync("consumer-groups", $"--reset-offsets --group {group} --topic {topic} --to-earliest --execute");
            Assert.Contains("but the current state is Stable", refused, StringComparison.Ordinal);
            var busy = await RunAsync("consumer-groups", $"--delete --group {group}");
            Assert.Contains("GroupNotEmptyException", busy, StringComparison.Ordinal);
            var subscribed = await RunAsync("consumer-groups", $"--delete-offsets --group {group} --topic {topic}");
            Assert.Contains("GroupSubscribedToTopic", subscribed.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
            consumer.Close();
        }

        Assert.Contains($"{group} Empty", await RunAsync("consumer-groups", "--list --state"), StringComparison.Ordinal);
        Assert.Matches($"{group} [0-9.:]+ \\(1\\) Empty 0", await RunAsync("consumer-groups", $"--describe --group {group} --state"));

        Assert.Equal(0, await ResetAsync("--to-earliest"));
        Assert.Equal(4, await ResetAsync("--shift-by 4"));
        Assert.Equal(6, await ResetAsync($"--to-datetime {Start.AddSeconds(5.5):yyyy-MM-ddTHH:mm:ss.fff}Z"));
        Assert.Equal(10, await ResetAsync("--to-latest"));
        Assert.Equal(3, await ResetAsync("--to-offset 3"));

        await RunAsync("consumer-groups", $"--reset-offsets --group {group} --topic {other} --to-latest --execute");
        var thinned = await RunAsync("consumer-groups", $"--delete-offsets --group {group} --topic {topic}");
        Assert.Contains($"{topic} 0 Successful", thinned, StringComparison.Ordinal);
        var left = await RunAsync("consumer-groups", $"--describe --group {group}");
        Assert.DoesNotContain(topic, left, StringComparison.Ordinal);
        Assert.Contains($"{group} {other} 0 0 0 0", left, StringComparison.Ordinal);

        Assert.Contains("was successful", await RunAsync("consumer-groups", $"--delete --group {group}"), StringComparison.Ordinal);
        Assert.Contains("GroupIdNotFoundException", await RunAsync("consumer-groups", $"--delete --group {group}"), StringComparison.Ordinal);

        async Task<long> ResetAsync(string how)
        {
            Assert.Contains(group, await RunAsync("consumer-groups", $"--reset-offsets --group {group} --topic {topic} {how} --execute"), StringComparison.Ordinal);
            using var admin = Broker.Admin();
            return (await admin.ListConsumerGroupOffsetsAsync([new(group, [new(topic, 0)])])).Single().Partitions.Single().Offset.Value;
        }
    }

    [Fact]
    public async Task The_performance_tests_run_through_in_every_compression_and_times_are_found_in_what_they_wrote()
    {
        KafkaTool.Require();
        const int count = 5_000;
        var topic = await Broker.FreshTopicAsync();
        string[] compressions = ["none", "gzip", "snappy", "lz4", "zstd"];
        foreach (var compression in compressions)
        {
            var written = await KafkaTool.RunAsync("producer-perf-test", $"--topic {topic} --num-records {count} --record-size 200 --throughput -1 " +
                $"--producer-props bootstrap.servers={BootstrapServers} compression.type={compression}");
            Assert.Contains($"{count} records sent", written, StringComparison.Ordinal);
        }

        var all = count * compressions.Length;
        var read = await RunAsync("consumer-perf-test", $"--topic {topic} --messages {all} --timeout 30000");
        Assert.Matches(new Regex($", {all}, [0-9.]+, [0-9]+, ", RegexOptions.None, TimeSpan.FromSeconds(1)), read);

        var times = Broker.ReadAll(topic, all).Select(result => result.Message.Timestamp).ToList();
        using var consumer = Broker.Consumer();
        foreach (var wanted in Enumerable.Range(0, compressions.Length).Select(i => times[(i * count) + (count / 2)]))
        {
            var found = consumer.OffsetsForTimes([new(topic, 0, wanted)], BrokerAccess.Patience).Single().Offset.Value;
            Assert.Equal(times.FindIndex(time => time.UnixTimestampMs >= wanted.UnixTimestampMs), found);
        }
    }

    private Task<string> RunAsync(string tool, string arguments, string? input = null) =>
        KafkaTool.RunAsync(tool, $"--bootstrap-server {BootstrapServers} {arguments}", input);
}
