using FsCheck.Xunit;
using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Protocol;
using Hermes.Testing.Processes;

namespace Hermes.KafkaEmulator.Tests.Logs;

/// <summary>What a kill may leave in the files, made by hand.</summary>
public sealed class SegmentRecoveryAfterKill : IDisposable
{
    private static readonly LogRules Rules = new() { SegmentBytes = 5000 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 50)]
    public void A_file_cut_anywhere_keeps_the_whole_batches_before_the_cut(FsCheck.NonNegativeInt where)
    {
        using var folder = new TemporaryFolder();
        var ends = new List<int>();
        using (var log = Open(folder))
        {
            for (var i = 0; i < 10; i++)
            {
                log.Append(Batches.Of(count: 2, valueSize: i * 30), new LogRules());
                ends.Add((int)log.Size);
            }
        }

        var cut = where.Get % (ends[^1] + 1);
        using (var file = File.OpenWrite(Files(folder).Single()))
            file.SetLength(cut);

        using var again = Open(folder);
        var whole = ends.Count(end => end <= cut);
        Assert.Equal((0L, whole * 2L), again.Offsets);
        Assert.Equal(whole * 2L, again.Append(Batches.Of(), new LogRules()).BaseOffset);
        Assert.Equal(whole * 2L, RecordBatch.Read(again.Read(whole * 2L, 10_000, atLeastOne: true).Bytes.Memory.Span).BaseOffset);
    }

    [Fact]
    public void Garbage_behind_the_last_batch_is_cut_off()
    {
        Fill(20);
        var last = Files(_folder)[^1];
        var length = new FileInfo(last).Length;
        using (var file = new FileStream(last, FileMode.Append))
            file.Write(new byte[100]);

        using var again = Open(_folder);
        Assert.Equal((0L, 20L), again.Offsets);
        Assert.Equal(length, new FileInfo(last).Length);
    }

    [Fact]
    public void A_broken_batch_ends_the_log_where_it_stands()
    {
        Fill(20);
        var files = Files(_folder);
        Assert.True(files.Length > 3, "The test wants several segments.");
        var bytes = File.ReadAllBytes(files[1]);
        bytes[200] ^= 1;
        File.WriteAllBytes(files[1], bytes);

        using var again = Open(_folder);
        Assert.Equal(long.Parse(Path.GetFileNameWithoutExtension(files[1])), again.Offsets.End);
        Assert.Equal(2, Files(_folder).Length);
    }

    [Fact]
    public void Segments_rolled_before_are_read_and_go_on_rolling()
    {
        Fill(20);
        var before = Files(_folder).Length;
        Fill(20);
        Assert.True(Files(_folder).Length >= (before * 2) - 1, "The segments of the second run are as many as those of the first.");

        using var again = Open(_folder);
        for (var offset = 0; offset < 40; offset++)
            Assert.Equal(offset, RecordBatch.Read(again.Read(offset, 10_000, atLeastOne: true).Bytes.Memory.Span).BaseOffset);
    }

    [Fact]
    public void A_batch_larger_than_the_window_of_the_scan_is_kept()
    {
        var large = new LogRules { MaxMessageBytes = 20_000_000 };
        using (var log = Open(_folder))
        {
            log.Append(Batches.Of(), large);
            log.Append(Batches.Of(valueSize: 9_000_000), large);
            log.Append(Batches.Of(), large);
        }

        using var again = Open(_folder);
        Assert.Equal((0L, 3L), again.Offsets);
    }

    [Fact]
    public void A_log_whose_first_segments_are_gone_begins_with_the_first_that_is_left()
    {
        Fill(20);
        using (var log = Open(_folder))
            log.DeleteBefore(10);
        using var again = Open(_folder);
        Assert.InRange(again.Offsets.Start, 1, 10);
        using var told = new PartitionLog(_folder.Path, startOffset: 10, TimeProvider.System);
        Assert.Equal((10L, 20L), told.Offsets);
    }

    private static PartitionLog Open(TemporaryFolder folder) => new(folder.Path, startOffset: 0, TimeProvider.System);

    private static string[] Files(TemporaryFolder folder) => [.. Directory.EnumerateFiles(folder.Path).Order(StringComparer.Ordinal)];

    private void Fill(int batches)
    {
        using var log = Open(_folder);
        for (var i = 0; i < batches; i++)
            Assert.Equal(KafkaError.None, log.Append(Batches.Of(valueSize: 1000), Rules).Error);
    }
}
