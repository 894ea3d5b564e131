using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.KafkaEmulator.Tests.Logs;

/// <summary>What a log does not append, with Kafka's errors.</summary>
public sealed class PartitionLogRefusals : IDisposable
{
    private readonly PartitionLog _log = new(folder: null, startOffset: 0, new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(Batches.Time)));

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_broken_checksum() => Refuses(KafkaError.CorruptMessage, Changed(batch => batch[^1] ^= 1, seal: false));

    [Fact]
    public void A_batch_cut_short() => Refuses(KafkaError.CorruptMessage, Batches.Of()[..^1]);

    [Fact]
    public void A_batch_shorter_than_a_header() => Refuses(KafkaError.CorruptMessage, Batches.Of()[..30]);

    [Fact]
    public void An_older_format() => Refuses(KafkaError.UnsupportedForMessageFormat, Changed(batch => batch[16] = 1));

    [Fact]
    public void A_count_that_does_not_fit_the_offsets() => Refuses(KafkaError.InvalidRecord, Changed(batch => batch[60] = 9));

    [Fact]
    public void Two_batches_at_once() => Refuses(KafkaError.InvalidRecord, [.. Batches.Of(), .. Batches.Of()]);

    [Fact]
    public void A_transactional_batch() => Refuses(KafkaError.InvalidRecord, Changed(batch => batch[22] = 0x10));

    [Fact]
    public void A_compression_that_does_not_exist() => Refuses(KafkaError.UnsupportedCompressionType, Changed(batch => batch[22] = 7));

    [Fact]
    public void A_batch_above_the_topic_s_limit()
    {
        var batch = Batches.Of(valueSize: 100);
        Refuses(KafkaError.MessageTooLarge, batch, new LogRules { MaxMessageBytes = batch.Length - 1 });
        Assert.Equal(KafkaError.None, _log.Append(batch, new LogRules { MaxMessageBytes = batch.Length }).Error);
    }

    [Fact]
    public void A_batch_above_the_size_of_a_segment() => Refuses(KafkaError.RecordListTooLarge, Batches.Of(valueSize: 1000), new LogRules { SegmentBytes = 500 });

    [Fact]
    public void Times_too_far_from_the_broker_s()
    {
        Refuses(KafkaError.InvalidTimestamp, Batches.Of(times: [Batches.Time - 1001]), new LogRules { TimestampBeforeMaxMs = 1000 });
        Refuses(KafkaError.InvalidTimestamp, Batches.Of(times: [Batches.Time + 1001]), new LogRules { TimestampAfterMaxMs = 1000 });
    }

    [Fact]
    public void Anything_once_its_topic_is_deleted()
    {
        _log.Delete();
        Refuses(KafkaError.UnknownTopicOrPartition, Batches.Of());
        Assert.Equal(KafkaError.UnknownTopicOrPartition, _log.Read(0, 1000, atLeastOne: true).Error);
    }

    private static byte[] Changed(Action<byte[]> change, bool seal = true)
    {
        var batch = Batches.Of();
        change(batch);
        if (seal)
            Batches.Seal(batch);
        return batch;
    }

    private void Refuses(KafkaError error, byte[] batch, LogRules? rules = null)
    {
        Assert.Equal(error, _log.Append(batch, rules ?? new LogRules()).Error);
        Assert.Equal(0, _log.Offsets.End);
    }
}
