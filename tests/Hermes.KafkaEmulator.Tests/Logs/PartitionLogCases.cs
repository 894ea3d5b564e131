using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Protocol;
using Hermes.Testing.Processes;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.KafkaEmulator.Tests.Logs;

/// <summary>What a log does, in memory and in a folder.</summary>
public abstract class PartitionLogCases : IDisposable
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Batches.Time));
    private readonly TemporaryFolder? _folder;
    private readonly PartitionLog _log;

    protected PartitionLogCases(TemporaryFolder? folder)
    {
        _folder = folder;
        _log = new PartitionLog(folder?.Path, startOffset: 0, _clock);
    }

    public void Dispose()
    {
        _log.Dispose();
        _folder?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Batches_get_their_offsets_and_are_otherwise_kept_as_they_came()
    {
        Append(Batches.Of(count: 3));
        var sent = Batches.Of(count: 2, valueSize: 5000);
        var result = Append(sent.ToArray());

        var kept = Read(3).ToArray();

        Assert.Equal(3, result.BaseOffset);
        Assert.Equal((0L, 5L), _log.Offsets);
        Assert.Equal(sent[16..], kept[16..]);
        Assert.Equal(3, RecordBatch.Read(kept).BaseOffset);
    }

    [Fact]
    public void A_read_starts_with_the_batch_that_holds_the_offset_and_ends_with_a_whole_one()
    {
        for (var i = 0; i < 10; i++)
            Append(Batches.Of(count: 10, valueSize: 100));
        var size = Batches.Of(count: 10, valueSize: 100).Length;

        var read = _log.Read(25, (size * 3) + 20, atLeastOne: true);

        Assert.Equal(size * 3, read.Bytes.Memory.Length);
        Assert.Equal(20, RecordBatch.Read(read.Bytes.Memory.Span).BaseOffset);
        Assert.True(read.HasMore);
    }

    [Fact]
    public void A_batch_larger_than_asked_for_comes_alone_or_not_at_all()
    {
        Append(Batches.Of(valueSize: 300_000));
        Append(Batches.Of());

        Assert.Equal(0, _log.Read(0, 1000, atLeastOne: false).Bytes.Memory.Length);
        var read = _log.Read(0, 1000, atLeastOne: true);
        Assert.Equal(Batches.Of(valueSize: 300_000).Length, read.Bytes.Memory.Length);
    }

    [Fact]
    public void Every_offset_is_found_across_many_segments()
    {
        var random = new Random(7);
        var rules = new LogRules { SegmentBytes = 64 * 1024 };
        while (_log.Offsets.End < 3000)
            _log.Append(Batches.Of(count: random.Next(1, 20), valueSize: random.Next(400)), rules);

        for (var offset = 0L; offset < 3000; offset++)
        {
            var read = _log.Read(offset, 2000, atLeastOne: true);
            var batch = RecordBatch.Read(read.Bytes.Memory.Span);
            Assert.InRange(offset, batch.BaseOffset, batch.LastOffset);
            read.Bytes.Dispose();
        }
    }

    [Fact]
    public void Offsets_outside_of_the_log_are_refused_and_its_end_reads_nothing()
    {
        Append(Batches.Of());
        Assert.Equal(KafkaError.OffsetOutOfRange, _log.Read(2, 1000, atLeastOne: true).Error);
        Assert.Equal(KafkaError.OffsetOutOfRange, _log.Read(-1, 1000, atLeastOne: true).Error);
        var end = _log.Read(1, 1000, atLeastOne: true);
        Assert.Equal((KafkaError.None, 0), (end.Error, end.Bytes.Memory.Length));
    }

    [Fact]
    public void Deleted_records_are_out_of_range_and_the_log_begins_behind_them()
    {
        for (var i = 0; i < 100; i++)
            Append(Batches.Of(valueSize: 5000));
        Assert.Equal(50, _log.DeleteBefore(50));
        Assert.Equal((50L, 100L), _log.Offsets);
        Assert.Equal(KafkaError.OffsetOutOfRange, _log.Read(49, 1000, atLeastOne: true).Error);
        Assert.Equal(50, RecordBatch.Read(Read(50).Span).BaseOffset);
        Assert.Equal(100, _log.DeleteBefore(1000));
        Assert.Equal(100, Append(Batches.Of()).BaseOffset);
    }

    [Fact]
    public void The_first_record_not_older_than_a_time_is_found_inside_its_batch()
    {
        Append(Batches.Of(count: 3, times: [Batches.Time + 10, Batches.Time + 30, Batches.Time + 20]));
        Append(Batches.Of(count: 2, times: [Batches.Time + 40, Batches.Time + 50], compression: (1, Batches.Gzip)));

        Assert.Equal((0L, Batches.Time + 10), _log.FindByTime(0));
        Assert.Equal((1L, Batches.Time + 30), _log.FindByTime(Batches.Time + 15));
        Assert.Equal((3L, Batches.Time + 40), _log.FindByTime(Batches.Time + 31));
        Assert.Equal((4L, Batches.Time + 50), _log.FindByTime(Batches.Time + 41));
        Assert.Null(_log.FindByTime(Batches.Time + 51));
        Assert.Equal((4L, Batches.Time + 50), _log.FindLatestTime());
    }

    [Fact]
    public void A_time_is_found_among_many_batches_and_never_before_the_first_offset()
    {
        for (var i = 0; i < 500; i++)
            Append(Batches.Of(count: 2, valueSize: 1000, times: [Batches.Time + (i * 10), Batches.Time + (i * 10) + 5]));
        for (var i = 0; i < 500; i++)
            Assert.Equal(((i * 2L) + 1, Batches.Time + (i * 10) + 5), _log.FindByTime(Batches.Time + (i * 10) + 1));
        _log.DeleteBefore(801);
        Assert.Equal((801L, Batches.Time + 4005), _log.FindByTime(0));
    }

    [Fact]
    public void An_empty_log_has_no_times()
    {
        Assert.Null(_log.FindByTime(0));
        Assert.Null(_log.FindLatestTime());
    }

    [Fact]
    public void The_broker_s_time_replaces_the_producer_s_where_the_topic_says_so()
    {
        _clock.Advance(TimeSpan.FromHours(1));
        var result = _log.Append(Batches.Of(count: 3), new LogRules { AppendTime = true });

        var batch = RecordBatch.Read(Read(0).Span);
        Assert.Equal(Batches.Time + 3_600_000, result.AppendTimeMs);
        Assert.Equal((true, result.AppendTimeMs), (batch.IsAppendTime, batch.MaxTimestamp));
        Assert.Equal(KafkaError.None, RecordBatch.Check(Read(0).Span, out _));
    }

    [Fact]
    public async Task A_wait_ends_with_the_next_append()
    {
        var wait = new AppendWait();
        _log.Register(wait);
        var ended = wait.WhenSignalledAsync(TimeSpan.FromDays(1), _clock, CancellationToken.None);
        Assert.False(ended.IsCompleted);
        Append(Batches.Of());
        await ended.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Old_and_superfluous_segments_go_and_the_last_one_stays()
    {
        var rules = new LogRules { SegmentBytes = 20_000, RetentionMs = 60_000 };
        for (var i = 0; i < 40; i++)
            _log.Append(Batches.Of(valueSize: 10_000), rules);
        _log.Retain(rules);
        Assert.Equal(0, _log.Offsets.Start);

        _log.Retain(rules with { RetentionBytes = 200_000 });
        var start = _log.Offsets.Start;
        Assert.InRange(start, 1, 38);
        _clock.Advance(TimeSpan.FromMinutes(2));
        _log.Retain(rules);
        Assert.InRange(_log.Offsets.Start, start + 1, 39);
        Assert.Equal(40, Append(Batches.Of()).BaseOffset);
    }

    [Fact]
    public async Task Readers_follow_a_writer_without_gaps()
    {
        const int Total = 20_000;
        var writer = Task.Run(() =>
        {
            var rules = new LogRules { SegmentBytes = 100_000 };
            while (_log.Offsets.End < Total)
                _log.Append(Batches.Of(count: 10, valueSize: 50), rules);
        });
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (var next = 0L; next < Total;)
            {
                var read = _log.Read(next, 10_000, atLeastOne: true);
                for (var bytes = read.Bytes.Memory; bytes.Length > 0;)
                {
                    Assert.Equal(KafkaError.None, RecordBatch.Check(bytes.Span, out var batch));
                    Assert.Equal(next, batch.BaseOffset);
                    next = batch.LastOffset + 1;
                    bytes = bytes[batch.Size..];
                }

                read.Bytes.Dispose();
            }
        }));
        await Task.WhenAll([writer, .. readers]).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private AppendResult Append(byte[] batch)
    {
        var result = _log.Append(batch, new LogRules());
        Assert.Equal(KafkaError.None, result.Error);
        return result;
    }

    private ReadOnlyMemory<byte> Read(long offset) => _log.Read(offset, 1_000_000, atLeastOne: true).Bytes.Memory;
}
