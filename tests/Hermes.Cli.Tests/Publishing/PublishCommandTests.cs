using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Cli.Tests.Publishing;

/// <summary><c>hermes topic publish</c> into the Kafka emulator.</summary>
public sealed class PublishCommandTests(ZooKeeperFixture zooKeeper, EmulatorFixture kafka) : IAsyncDisposable
{
    private readonly Site _site = new(zooKeeper, kafka);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Publishes_in_the_envelope_with_the_id_as_a_header()
    {
        await _site.CreateTopicAsync();
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var run = await _site.RunWithInputAsync("{\"n\": 1,  \"t\":\"\u017cółć\"}\n", "topic", "publish", "shop.orders");
        Assert.Equal("Published 1 messages to shop.orders; 0 failed.", run.Succeeded().Output.Trim());

        var record = Assert.Single(_site.Records("shop.orders", 1));
        var text = Encoding.UTF8.GetString(record.Message.Value);
        var id = Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes("id"));
        var at = record.Message.Timestamp.UnixTimestampMs;
        Assert.True(Guid.TryParse(id, out _));
        Assert.InRange(at, before, before + 60_000);
        Assert.Equal($$$"""{"_w":true,"metadata":{"timestamp":{{{at}}},"id":"{{{id}}}","externalMetadata":{}},"message":{"n": 1,  "t":"żółć"}}""", text);
        Assert.Null(record.Message.Key);
    }

    [Fact]
    public async Task Carries_key_time_and_headers()
    {
        await _site.CreateTopicAsync();
        (await _site.RunWithInputAsync("{}\n", "topic", "publish", "shop.orders", "--key", "k1", "--timestamp", "2025-01-10T10:44:41.123Z",
            "--header", "X-Trace=a b", "--header", "Empty=")).Succeeded();
        var record = Assert.Single(_site.Records("shop.orders", 1)).Message;
        Assert.Equal("k1", Encoding.UTF8.GetString(record.Key!));
        Assert.Equal(1736505881123, record.Timestamp.UnixTimestampMs);
        Assert.Equal(TimestampType.CreateTime, record.Timestamp.Type);
        Assert.Equal("a b", Encoding.UTF8.GetString(record.Headers.GetLastBytes("h-X-Trace")));
        var envelope = JsonNode.Parse(record.Value)!;
        Assert.Equal("""{"X-Trace":"a b","Empty":""}""", envelope["metadata"]!["externalMetadata"]!.ToJsonString());
        Assert.Equal(1736505881123, envelope["metadata"]!["timestamp"]!.GetValue<long>());
    }

    [Fact]
    public async Task Takes_the_key_from_a_member_of_each_message()
    {
        await _site.CreateTopicAsync();
        var run = await _site.RunWithInputAsync("{\"customer\":\"a\"}\n{\"customer\":7}\n{}\n[1]\n", "topic", "publish", "shop.orders", "--key-member", "customer");
        run.Failed(ExitCode.Failed, "line 3: has no member 'customer' for its key.");
        Assert.Contains("line 4: has no member", run.Error, StringComparison.Ordinal);
        Assert.Equal(["7", "a"], _site.Records("shop.orders", 2).Select(r => Encoding.UTF8.GetString(r.Message.Key!)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Names_bad_lines_by_number_and_publishes_the_others()
    {
        await _site.CreateTopicAsync();
        var large = $"\"{new string('x', 51_200)}\"";
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("lines"), $"{{\"n\":1}}\nnope\n\n{large}\n{{\"n\":2}} x\n{{\"n\":3}}", TestContext.Current.CancellationToken);
        var run = await _site.RunAsync("topic", "publish", "shop.orders", "--file", folder.File("lines"), "--json");
        run.Failed(ExitCode.Failed, "line 2: is no JSON, at byte 2.");
        Assert.Contains("line 4: is too large: 51202 bytes, and the topic takes 51200.", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 5: is no JSON", run.Error, StringComparison.Ordinal);
        Assert.Equal("""{"topic":"shop.orders","published":2,"failed":3}""", run.Json.ToJsonString());
        Assert.Equal(2, _site.Records("shop.orders", 2).Count);
    }

    [Fact]
    public async Task Publishes_many_messages_and_counts_them()
    {
        await _site.CreateTopicAsync();
        var lines = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{{\"i\":{i}}}\n"));
        Assert.StartsWith("Published 20000 messages", (await _site.RunWithInputAsync(lines, "topic", "publish", "shop.orders")).Succeeded().Output, StringComparison.Ordinal);
        var found = _site.Records("shop.orders", 20_000).Select(r => JsonNode.Parse(r.Message.Value)!["message"]!["i"]!.GetValue<int>());
        Assert.Equal(Enumerable.Range(0, 20_000), found.Order());
    }

    [Fact]
    public async Task Refuses_an_unknown_topic_and_one_that_holds_Avro()
    {
        (await _site.RunAsync("topic", "publish", "shop.orders")).Failed(ExitCode.Failed, "There is no topic shop.orders.");
        (await _site.RunAsync("group", "create", "shop")).Succeeded();
        (await _site.RunAsync("topic", "create", "shop.avro", "--content-type", "AVRO")).Succeeded();
        (await _site.RunAsync("topic", "publish", "shop.avro")).Failed(ExitCode.Failed, "holds AVRO");
    }
}
