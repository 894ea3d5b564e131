using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hermes.KafkaEmulator.Tests.Contract;

/// <summary>What is produced is consumed as it was, in order, and found by its offsets and times.</summary>
public abstract class RecordsContract
{
    // A whole number of milliseconds, far enough back that no clock doubts it and no retention reaches it.
    private static readonly DateTimeOffset Start =
        DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - 3_600_000);

    protected abstract string BootstrapServers { get; }

    private BrokerAccess Broker => new(BootstrapServers);

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Keys_values_headers_and_timestamps_come_back_as_they_were(CompressionType compression)
    {
        const int count = 100;
        var topic = await Broker.FreshTopicAsync();
        using (var producer = Broker.Producer(settings => settings.CompressionType = compression))
        {
            var sent = Enumerable.Range(0, count).Select(i => producer.ProduceAsync(topic, Numbered(i))).ToList();
            var reports = await Task.WhenAll(sent);
            Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), reports.Select(report => report.Offset.Value));
        }

        var read = Broker.ReadAll(topic, count);
        for (var i = 0; i < count; i++)
        {
            var (expected, actual) = (Numbered(i), read[i].Message);
            Assert.Equal(i, read[i].Offset.Value);
            Assert.Equal(expected.Key, actual.Key);
            Assert.Equal(expected.Value, actual.Value);
            Assert.Equal((TimestampType.CreateTime, expected.Timestamp.UnixTimestampMs), (actual.Timestamp.Type, actual.Timestamp.UnixTimestampMs));
            Assert.Equal(expected.Headers.Select(header => (header.Key, Value(header))), actual.Headers.Select(header => (header.Key, Value(header))));
        }

        static string Value(IHeader header) => header.GetValueBytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : "(null)";
    }

    [Fact]
    public async Task Null_and_empty_are_told_apart()
    {
        var topic = await Broker.FreshTopicAsync();
        using (var producer = Broker.Producer())
        {
            await producer.ProduceAsync(topic, new() { Key = null, Value = [] });
            await producer.ProduceAsync(topic, new() { Key = [], Value = null });
        }

        var read = Broker.ReadAll(topic, 2);
        Assert.Null(read[0].Message.Key);
        Assert.Empty(Assert.IsType<byte[]>(read[0].Message.Value));
        Assert.Empty(Assert.IsType<byte[]>(read[1].Message.Key));
        Assert.Null(read[1].Message.Value);
    }

    [Fact]
    public async Task An_idempotent_producer_writes_each_message_once_and_in_order()
    {
        const int count = 2_000;
        var topic = await Broker.FreshTopicAsync(partitions: 2);
        using (var producer = Broker.Producer(settings => (settings.EnableIdempotence, settings.BatchNumMessages) = (true, 50)))
        {
            for (var i = 0; i < count; i++)
                producer.Produce(new TopicPartition(topic, i % 2), new() { Value = BitConverter.GetBytes(i) });
            Assert.Equal(0, producer.Flush(BrokerAccess.Patience));
        }

        foreach (var partition in Broker.ReadAll(topic, count, partitions: 2).GroupBy(result => result.Partition.Value))
        {
            var numbers = partition.Select(result => BitConverter.ToInt32(result.Message.Value)).ToList();
            Assert.Equal(Enumerable.Range(0, count / 2).Select(i => (2 * i) + partition.Key), numbers);
        }
    }

    [Fact]
    public async Task Acknowledgement_by_all_by_one_and_by_none_all_write()
    {
        var topic = await Broker.FreshTopicAsync();
        foreach (var acks in new[] { Acks.All, Acks.Leader, Acks.None })
        {
            using var producer = Broker.Producer(settings => settings.Acks = acks);
            producer.Produce(topic, new() { Value = Encoding.UTF8.GetBytes(acks.ToString()) });
            Assert.Equal(0, producer.Flush(BrokerAccess.Patience));
        }

        Assert.Equal(["All", "Leader", "None"], Broker.ReadAll(topic, 3).Select(result => Encoding.UTF8.GetString(result.Message.Value!)));
    }

    [Fact]
    public async Task A_time_leads_to_the_first_record_that_is_not_older()
    {
        var topic = await Broker.FreshTopicAsync();
        using (var producer = Broker.Producer(settings => settings.LingerMs = 0))
        {
            // The third second is missing, and the last two stand in one batch.
            foreach (var second in new[] { 0, 1, 2, 4 })
                await producer.ProduceAsync(topic, At(second));
        }

        using var consumer = Broker.Consumer();
        Assert.Equal(0, OffsetAt(-10));
        Assert.Equal(0, OffsetAt(0));
        Assert.Equal(1, OffsetAt(0, 500));
        Assert.Equal(2, OffsetAt(2));
        Assert.Equal(3, OffsetAt(2, 1));
        Assert.Equal(3, OffsetAt(4));
        Assert.Equal(Offset.End.Value, OffsetAt(4, 1));

        long OffsetAt(int second, int milliseconds = 0) => consumer.OffsetsForTimes(
            [new(topic, 0, new Timestamp(Start.AddSeconds(second).AddMilliseconds(milliseconds).ToUnixTimeMilliseconds(), TimestampType.CreateTime))],
            BrokerAccess.Patience).Single().Offset.Value;
    }

    [Fact]
    public async Task A_time_leads_into_the_middle_of_a_batch()
    {
        var topic = await Broker.FreshTopicAsync();
        foreach (var compression in new[] { CompressionType.None, CompressionType.Zstd, CompressionType.Lz4, CompressionType.Snappy, CompressionType.Gzip })
        {
            // One batch: nothing is sent before the flush.
            using var producer = Broker.Producer(settings => (settings.LingerMs, settings.CompressionType) = (1_000, compression));
            for (var i = 0; i < 10; i++)
                producer.Produce(topic, At((int)compression * 100 + i));
            Assert.Equal(0, producer.Flush(BrokerAccess.Patience));
        }

        var times = Broker.ReadAll(topic, 50).Select(result => result.Message.Timestamp).ToList();
        using var consumer = Broker.Consumer();
        foreach (var wanted in new[] { 5, 17, 23, 38, 49 })
        {
            // The log is not in order of time, so the first record that is not older is looked for in the order of the log.
            var first = times.FindIndex(time => time.UnixTimestampMs >= times[wanted].UnixTimestampMs);
            var found = consumer.OffsetsForTimes([new(topic, 0, times[wanted])], BrokerAccess.Patience).Single().Offset.Value;
            Assert.Equal(first, found);
        }
    }

    [Fact]
    public async Task The_ends_and_the_newest_record_are_found()
    {
        var topic = await Broker.FreshTopicAsync();
        using (var producer = Broker.Producer())
        {
            foreach (var second in new[] { 0, 9, 3 })
                await producer.ProduceAsync(topic, At(second));
        }

        using var admin = Broker.Admin();
        Assert.Equal(0, await OffsetAsync(OffsetSpec.Earliest()));
        Assert.Equal(3, await OffsetAsync(OffsetSpec.Latest()));
        Assert.Equal(1, await OffsetAsync(OffsetSpec.MaxTimestamp()));
        Assert.Equal(2, await OffsetAsync(OffsetSpec.ForTimestamp(Start.AddSeconds(9).ToUnixTimeMilliseconds() - 1)) + 1);

        using var consumer = Broker.Consumer();
        var ends = consumer.QueryWatermarkOffsets(new(topic, 0), BrokerAccess.Patience);
        Assert.Equal((0, 3), (ends.Low.Value, ends.High.Value));

        async Task<long> OffsetAsync(OffsetSpec spec) => (await admin.ListOffsetsAsync(
            [new() { TopicPartition = new(topic, 0), OffsetSpec = spec }])).ResultInfos.Single().TopicPartitionOffsetError.Offset.Value;
    }

    [Fact]
    public async Task A_waiting_consumer_gets_a_record_as_soon_as_it_is_written()
    {
        var topic = await Broker.FreshTopicAsync();
        using var producer = Broker.Producer();
        using var consumer = Broker.Consumer(change: settings => settings.FetchWaitMaxMs = 20_000);
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        Assert.Null(consumer.Consume(TimeSpan.FromMilliseconds(200)));
        await producer.ProduceAsync(topic, At(0));
        // Far below the wait that the broker was allowed.
        Assert.NotNull(consumer.Consume(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task An_offset_outside_of_the_log_leads_to_the_reset()
    {
        var topic = await Broker.FreshTopicAsync();
        using (var producer = Broker.Producer())
            await producer.ProduceAsync(topic, At(0));
        using var consumer = Broker.Consumer();
        consumer.Assign(new TopicPartitionOffset(topic, 0, 100));
        Assert.Equal(0, consumer.Consume(BrokerAccess.Patience).Offset.Value);

        using var strict = Broker.Consumer(change: settings => settings.AutoOffsetReset = AutoOffsetReset.Error);
        strict.Assign(new TopicPartitionOffset(topic, 0, 100));
        var error = Assert.Throws<ConsumeException>(() => strict.Consume(BrokerAccess.Patience));
        Assert.Equal(ErrorCode.Local_AutoOffsetReset, error.Error.Code);
    }

    [Fact]
    public async Task A_message_above_the_limit_of_its_topic_is_refused_and_the_next_one_is_not()
    {
        var topic = await Broker.FreshTopicAsync(settings: ("max.message.bytes", "20000"));
        using var producer = Broker.Producer(settings => settings.MessageMaxBytes = 2_000_000);
        var refused = await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(() => producer.ProduceAsync(topic, new() { Value = new byte[30_000] }));
        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error.Code);
        Assert.Equal(0, (await producer.ProduceAsync(topic, new() { Value = new byte[10_000] })).Offset.Value);
    }

    [Fact]
    public async Task A_message_above_the_limit_of_the_broker_is_refused()
    {
        var topic = await Broker.FreshTopicAsync();
        using var producer = Broker.Producer(settings => settings.MessageMaxBytes = 2_000_000);
        var refused = await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(() => producer.ProduceAsync(topic, new() { Value = new byte[1_100_000] }));
        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error.Code);
    }

    [Fact]
    public async Task An_unknown_topic_is_named_to_producers_and_consumers()
    {
        using var producer = Broker.Producer(settings => settings.Set("topic.metadata.propagation.max.ms", "0"));
        var refused = await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(() => producer.ProduceAsync("never-created", new() { Value = [1] }));
        Assert.True(refused.Error.Code is ErrorCode.Local_UnknownTopic or ErrorCode.UnknownTopicOrPart, refused.Error.Code.ToString());

        using var consumer = Broker.Consumer(change: settings => settings.AllowAutoCreateTopics = false);
        consumer.Subscribe("never-created");
        var error = Assert.Throws<ConsumeException>(() => consumer.Consume(BrokerAccess.Patience));
        Assert.Equal(ErrorCode.UnknownTopicOrPart, error.Error.Code);
    }

    [Fact]
    public async Task The_broker_stamps_records_where_the_topic_says_so()
    {
        var topic = await Broker.FreshTopicAsync(settings: ("message.timestamp.type", "LogAppendTime"));
        using (var producer = Broker.Producer())
            await producer.ProduceAsync(topic, At(0));
        var stamp = Broker.ReadAll(topic, 1)[0].Message.Timestamp;
        Assert.Equal(TimestampType.LogAppendTime, stamp.Type);
        Assert.True(stamp.UnixTimestampMs > Start.AddMinutes(30).ToUnixTimeMilliseconds(), "It carries the time of the append.");
    }

    [Fact]
    public async Task A_large_log_is_read_through_in_many_fetches()
    {
        const int count = 400;
        var topic = await Broker.FreshTopicAsync();
        using (var producer = Broker.Producer(settings => settings.CompressionType = CompressionType.None))
        {
            for (var i = 0; i < count; i++)
                producer.Produce(topic, new() { Key = BitConverter.GetBytes(i), Value = new byte[50_000] });
            Assert.Equal(0, producer.Flush(BrokerAccess.Patience));
        }

        var read = Broker.ReadAll(topic, count);
        Assert.Equal(Enumerable.Range(0, count), read.Select(result => BitConverter.ToInt32(result.Message.Key)));
    }

    private static Message<byte[]?, byte[]?> At(int second) => new()
    {
        Value = Encoding.UTF8.GetBytes($"{second}"),
        Timestamp = new Timestamp(Start.AddSeconds(second).ToUnixTimeMilliseconds(), TimestampType.CreateTime),
    };

    private static Message<byte[]?, byte[]?> Numbered(int i) => new()
    {
        Key = Encoding.UTF8.GetBytes($"key {i}"),
        Value = Encoding.UTF8.GetBytes(new string('v', 20 * i)),
        Timestamp = new Timestamp(Start.AddSeconds(i).ToUnixTimeMilliseconds(), TimestampType.CreateTime),
        Headers = new Headers { { "number", Encoding.UTF8.GetBytes($"{i}") }, { "twice", [1] }, { "twice", [2] }, { "empty", [] }, { "none", null } },
    };
}
