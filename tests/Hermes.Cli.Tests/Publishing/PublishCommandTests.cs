using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Hermes.Shared.Avro;
using Hermes.Shared.Envelope;
using Hermes.Testing.Installations;
using Hermes.Testing.Processes;
using Hermes.Testing.Schemas;
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
    public async Task Refuses_an_unknown_topic_and_a_version_of_what_has_none()
    {
        (await _site.RunAsync("topic", "publish", "shop.orders")).Failed(ExitCode.Failed, "There is no topic shop.orders.");
        await _site.CreateTopicAsync();
        (await _site.RunAsync("topic", "publish", "shop.orders", "--schema-version", "1")).Failed(ExitCode.Usage, "holds JSON, not AVRO");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Writes_Avro_by_the_newest_schema_or_the_one_that_is_asked_for(bool hasPrefix)
    {
        await using var registry = await AvroTopicAsync(hasPrefix);
        var (first, second) = (registry.Register("shop.avro", AvroSite.Schema), registry.Register("shop.avro", AvroSite.NextSchema));
        string[] publish = ["topic", "publish", "shop.avro", "--setting", $"Schemas:ServerUrl={registry.Address}", "--header", "X-Trace=a b"];
        (await _site.RunWithInputAsync("""{"number":7,"text":"żółć","more":2.5}""", publish)).Succeeded();
        (await _site.RunWithInputAsync("""{"number":8}""", [.. publish, "--schema-version", "1"])).Succeeded();

        foreach (var record in _site.Records("shop.avro", 2).Select(r => r.Message))
        {
            var version = BinaryPrimitives.ReadInt32BigEndian(record.Headers.GetLastBytes("sv"));
            var value = record.Value.AsMemory(hasPrefix ? 5 : 0);
            if (hasPrefix)
                Assert.Equal((0, version == 1 ? first.Id : second.Id), (record.Value[0], BinaryPrimitives.ReadInt32BigEndian(record.Value.AsSpan(1))));
            var read = AvroEnvelope.Unwrap(AvroSchema.Parse(version == 1 ? AvroSite.Schema : AvroSite.NextSchema), value, asJson: true);
            Assert.Equal(version == 1 ? """{"number":8,"text":null}""" : """{"number":7,"text":"żółć","more":2.5}""", Encoding.UTF8.GetString(read.Body.Span));
            Assert.Equal((Encoding.UTF8.GetString(record.Headers.GetLastBytes("id")), record.Timestamp.UnixTimestampMs), (read.Id, read.TimestampMs));
            Assert.Contains(KeyValuePair.Create("X-Trace", "a b"), read.ExternalMetadata);
            Assert.Equal("a b", Encoding.UTF8.GetString(record.Headers.GetLastBytes("h-X-Trace")));
        }
    }

    [Fact]
    public async Task Names_lines_that_do_not_fit_the_schema_and_says_when_there_is_none()
    {
        await using var registry = await AvroTopicAsync(hasPrefix: false);
        string[] publish = ["topic", "publish", "shop.avro", "--setting", $"Schemas:ServerUrl={registry.Address}"];
        (await _site.RunWithInputAsync("{}", publish)).Failed(ExitCode.Failed, "its schema is not there. The registry knows no latest version of subject shop.avro");
        registry.Register("shop.avro", AvroSite.Schema);
        (await _site.RunWithInputAsync("{}", [.. publish, "--schema-version", "9"])).Failed(ExitCode.Failed, "no version 9 of subject shop.avro");
        var run = await _site.RunWithInputAsync("""
            {"number":"seven"}
            {"number":1,"txt":"a slip"}
            [1]
            {"number":2,"__metadata":{}}
            {"number":3}
            """, publish);
        run.Failed(ExitCode.Failed, "line 1: does not fit version 1 of the topic's schema: ");
        Assert.Contains("number", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 2: does not fit version 1 of the topic's schema: Order has no field txt.", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 3: is Array, and the topic's schema asks for an object.", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 4: has a member '__metadata', which is Hermes's own.", run.Error, StringComparison.Ordinal);
        Assert.Contains("Published 1 messages to shop.avro; 4 failed.", run.Output, StringComparison.Ordinal);
        registry.Fault = new(503);
        (await _site.RunWithInputAsync("{}", publish)).Failed(ExitCode.Failed, "the schema registry (Schemas:ServerUrl) gives no answer");
    }

    private async Task<SchemaRegistry> AvroTopicAsync(bool hasPrefix)
    {
        (await _site.RunAsync("group", "create", "shop")).Succeeded();
        (await _site.RunAsync(["topic", "create", "shop.avro", "--content-type", "AVRO", "--partitions", "2",
            "--set", $"schemaIdAwareSerializationEnabled={(hasPrefix ? "true" : "false")}"])).Succeeded();
        return await SchemaRegistry.StartAsync();
    }
}
