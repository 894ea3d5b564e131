using System.Buffers.Binary;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Hermes.Intake.Contents;
using Hermes.Intake.Offsets;
using Hermes.Shared.Avro;
using Hermes.Shared.Envelope;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Shared.Schemas;
using Hermes.Testing;
using Hermes.Testing.Schemas;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.Intake.Tests.Contents;

/// <summary>Records as messages, with a schema registry over real HTTP.</summary>
public sealed class RecordReading : IAsyncLifetime
{
    private const string Schema = """
        {"type":"record","name":"M","fields":[
          {"name":"__metadata","type":["null",{"type":"map","values":"string"}],"default":null},
          {"name":"number","type":"int"},{"name":"text","type":["null","string"],"default":null}]}
        """;

    private const string Other = """{"type":"record","name":"O","fields":[{"name":"a","type":"string"},{"name":"b","type":"string"},{"name":"c","type":"string"}]}""";
    private static readonly TopicName Topic = TopicName.Parse("g.t");
    private static readonly ServiceProvider Meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private SchemaRegistry _registry = null!;
    private SchemaStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _registry = await SchemaRegistry.StartAsync();
        var settings = new SchemaSettings { ServerUrl = _registry.Address, FirstRetryPause = TimeSpan.FromMilliseconds(10), LongestRetryPause = TimeSpan.FromMilliseconds(10) };
        _store = new(new(settings, new()), settings, Meters.GetRequiredService<IMeterFactory>(), NullLogger<SchemaStore>.Instance, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Avro_becomes_JSON_without_the_metadata_which_become_headers()
    {
        var (version, _) = _registry.Register("g.t", Schema);
        var message = (await EndAsync(Reader(), Record("t", Avro(), ("sv", version)))).Message!;
        Assert.Equal("""{"number":7,"text":"x"}""", Encoding.UTF8.GetString(message.Body.Span));
        Assert.False(message.IsAvro);
        Assert.Equal("m1", message.Id);
        Assert.Equal([new("messageId", "m1"), new("trace", "t")], message.ExternalMetadata);
        Assert.Equal(1000, message.PublishedMs); // Kafka's, not the envelope's
    }

    [Fact]
    public async Task Avro_wanted_as_Avro_stays_and_its_schema_is_told()
    {
        var (version, id) = _registry.Register("g.t", Schema);
        var message = (await EndAsync(Reader(wanted: ContentTypes.Avro, hasPrefix: true), Record("t", Prefixed(id, Avro())))).Message!;
        Assert.True(message.IsAvro);
        Assert.Equal(Avro(), message.Body.ToArray());
        Assert.Equal([new("Schema-Version", version.ToString()), new("Schema-Id", id.ToString())], message.Schema!.Headers);
    }

    [Fact]
    public async Task Batches_get_JSON_whatever_they_ask_for()
    {
        var (version, _) = _registry.Register("g.t", Schema);
        var message = (await EndAsync(Reader(wanted: ContentTypes.Avro, delivery: DeliveryTypes.Batch), Record("t", Avro(), ("sv", version)))).Message!;
        Assert.False(message.IsAvro);
    }

    [Theory]
    [InlineData(true, false, false, true, 0, 0, true)] // 1: the prefix, where the topic has it
    [InlineData(true, false, false, true, 2, 0, true)] // before the header, which tells another schema
    [InlineData(false, true, false, true, 1, 0, true)] // 2: the header's version, and a prefix of whatever it says
    [InlineData(false, true, false, false, 1, 0, true)] // a value that begins with zero and has no prefix falls to the next way
    [InlineData(false, false, false, false, 1, 0, true)] // 3: the header's version, and the value as it is
    [InlineData(false, false, true, false, 0, 1, true)] // 4: the header's id, where it is heeded
    [InlineData(false, false, true, false, 2, 1, true)] // after a version by which it cannot be read
    [InlineData(false, false, false, false, 0, 1, false)] // and only where it is heeded
    [InlineData(false, false, false, false, 0, 0, false)]
    [InlineData(false, false, false, true, 0, 0, false)]
    public async Task The_schema_is_found_in_the_ways_of_Hermes_in_its_order(
        bool topicHasPrefix, bool truncates, bool heedsId, bool hasPrefix, int versionHeader, int idHeader, bool isRead)
    {
        var (_, id) = _registry.Register("g.t", Schema);
        _registry.Register("g.t", Other);
        var value = Avro(withMetadata: false); // begins with zero: its metadata are null
        Assert.Equal(0, value[0]);
        List<(string, int)> headers = [];
        if (versionHeader > 0)
            headers.Add(("sv", versionHeader));
        if (idHeader > 0)
            headers.Add(("sid", id));
        var reader = Reader(hasPrefix: topicHasPrefix, settings: new() { SchemaVersionTruncationEnabled = truncates, SchemaIdHeaderEnabled = heedsId });
        var read = await EndAsync(reader, Record("t", hasPrefix ? Prefixed(id, value) : value, [.. headers]));
        if (isRead)
            Assert.Equal("""{"number":7,"text":"x"}""", Encoding.UTF8.GetString(read.Message!.Body.Span));
        else
            Assert.NotNull(read.Message!.Fault);
    }

    [Fact]
    public async Task A_record_without_a_schema_or_not_of_it_is_told_apart_at_once()
    {
        var (version, _) = _registry.Register("g.t", Schema);
        var reader = Reader();
        Assert.Contains("no header sv", reader.Read(Record("t", Avro()), Ledger("t")).Message!.Fault, StringComparison.Ordinal);
        Assert.Contains("no value", reader.Read(Record("t", null!), Ledger("t")).Message!.Fault, StringComparison.Ordinal);
        Assert.Contains("Records:SchemaIdHeaderEnabled", reader.Read(Record("t", Avro(), ("sid", 1)), Ledger("t")).Message!.Fault, StringComparison.Ordinal);
        Assert.Contains("Not a value of its schema", (await EndAsync(reader, Record("t", [1, 2, 3], ("sv", version)))).Message!.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_schema_is_waited_for_until_it_is_said_that_nothing_more_is()
    {
        var reader = Reader();
        var record = Record("t", Avro(), ("sv", 1));
        Assert.NotNull(reader.Read(record, Ledger("t")).Awaited);
        await Until.TrueAsync(() => reader.Read(record, Ledger("t")).Awaited is { IsAbsent: true }, "the registry has answered");
        Assert.Contains("knows no version 1", reader.Read(record, Ledger("t"), isLast: true).Message!.Fault, StringComparison.Ordinal);
        _registry.Register("g.t", Schema);
        Assert.Null((await EndAsync(reader, record)).Message!.Fault);
    }

    [Fact]
    public async Task A_migrated_topic_is_Avro_in_its_new_Kafka_topic_and_JSON_in_its_old()
    {
        var (version, _) = _registry.Register("g.t", Schema);
        var reader = Reader(mapper: TopicMapper.JsonToAvroMigration, isMigrated: true);
        Assert.Equal("""{"number":7,"text":"x"}""", Encoding.UTF8.GetString((await EndAsync(reader, Record("g.t_avro", Avro(), ("sv", version)))).Message!.Body.Span));
        var json = new JsonEnvelope().Wrap("""{"number":6}"""u8, "j1", 1, [new("trace", "u")]);
        var old = reader.Read(Record("g.t", json), Ledger("g.t")).Message!;
        Assert.Equal("""{"number":6}""", Encoding.UTF8.GetString(old.Body.Span));
        Assert.Null(old.Schema);
    }

    [Fact]
    public async Task Names_are_those_that_are_configured()
    {
        var (version, _) = _registry.Register("g.t", Schema);
        var settings = new RecordSettings
        {
            IdHeader = "mid",
            SchemaVersionHeader = "ver",
            HeaderPrefix = "x-",
            MessageMember = "body",
            MetadataMember = "about",
        };
        var avro = await EndAsync(Reader(settings: settings), Record("t", Avro(), ("ver", version)));
        Assert.NotNull(avro.Message);
        var record = Record("t", new JsonEnvelope("body", "about").Wrap("{}"u8, "j1", 1, [new("trace", "u")]));
        record.Message.Headers.Add("mid", "m2"u8.ToArray());
        record.Message.Headers.Add("x-trace", "v"u8.ToArray());
        record.Message.Headers.Add("x-trace", "second"u8.ToArray());
        var json = Reader(isAvro: false, settings: settings).Read(record, Ledger("t")).Message!;
        Assert.Equal(("m2", "{}"), (json.Id, Encoding.UTF8.GetString(json.Body.Span)));
        Assert.Equal([new("trace", "v"), new("messageId", "m2")], json.ExternalMetadata);
        var silent = Reader(isAvro: false, settings: settings with { HeaderPropagation = false }).Read(record, Ledger("t")).Message!;
        Assert.Equal([new("trace", "u")], silent.ExternalMetadata);
    }

    private static byte[] Avro(bool withMetadata = true)
    {
        var metadata = withMetadata ? """{"messageId":"m1","timestamp":"5","trace":"t"}""" : "null";
        using var json = JsonDocument.Parse($$"""{"__metadata":{{metadata}},"number":7,"text":"x"}""");
        return AvroSchema.Parse(Schema).ToAvro(json.RootElement);
    }

    private static byte[] Prefixed(int id, byte[] value)
    {
        var prefix = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(prefix.AsSpan(1), id);
        return [.. prefix, .. value];
    }

    private static ConsumeResult<byte[], byte[]> Record(string topic, byte[] value, params (string Name, int Number)[] headers)
    {
        var message = new Message<byte[], byte[]> { Value = value, Headers = [], Timestamp = new(1000, TimestampType.CreateTime) };
        foreach (var (name, number) in headers)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, number);
            message.Headers.Add(name, bytes);
        }
        return new() { Topic = topic == "t" ? "g.t" : topic, Partition = 0, Offset = 3, Message = message };
    }

    private static OffsetLedger Ledger(string topic) => new(topic == "t" ? "g.t" : topic, 0, 0, 0, SettledRuns.None);

    private RecordReader Reader(
        bool isAvro = true, string wanted = ContentTypes.Json, string? delivery = null, bool hasPrefix = false, bool isMigrated = false,
        TopicMapper mapper = TopicMapper.Default, RecordSettings? settings = null)
    {
        var topic = new TopicDocument
        {
            Name = "g.t",
            ContentType = isAvro ? ContentTypes.Avro : ContentTypes.Json,
            SchemaIdAwareSerializationEnabled = hasPrefix,
            MigratedFromJsonType = isMigrated,
        };
        var subscription = new SubscriptionDocument { TopicName = "g.t", Name = "s", Endpoint = "http://localhost/", ContentType = wanted, DeliveryType = delivery };
        return new RecordReaders(_store, new("", mapper: mapper), settings ?? new())
            .Create(new(new(Topic, "s"), subscription, 1, default, 0), new(Topic, topic, 1, default, 0));
    }

    /// <summary>Reads again until nothing is waited for.</summary>
    private static async Task<ReadRecord> EndAsync(RecordReader reader, ConsumeResult<byte[], byte[]> record)
    {
        ReadRecord read = default;
        await Until.TrueAsync(() => (read = reader.Read(record, Ledger(record.Topic))).Awaited is null, "the schema is known");
        return read;
    }
}
