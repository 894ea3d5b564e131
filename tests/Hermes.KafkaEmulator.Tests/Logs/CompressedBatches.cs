using System.Buffers.Binary;
using Hermes.KafkaEmulator.Logs;
using K4os.Compression.LZ4.Streams;
using Snappier;
using ZstdSharp;

namespace Hermes.KafkaEmulator.Tests.Logs;

/// <summary>A time is found inside a batch whatever compressed it.</summary>
public sealed class CompressedBatches : IDisposable
{
    private readonly PartitionLog _log = new(folder: null, startOffset: 0, TimeProvider.System);

    public void Dispose() => _log.Dispose();

    public static TheoryData<string, short> Ways => new()
    {
        { "gzip", 1 }, { "snappy in one block", 2 }, { "snappy in Java's blocks", 2 }, { "lz4", 3 }, { "zstd", 4 },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_record_of_a_time_is_found(string way, short codec)
    {
        var times = Enumerable.Range(0, 100).Select(i => Batches.Time + (i * 10)).ToArray();
        _log.Append(Batches.Of(count: 100, valueSize: 500, times, compression: (codec, bytes => Pack(way, bytes))), new LogRules());
        Assert.Equal((42L, Batches.Time + 420), _log.FindByTime(Batches.Time + 411));
        Assert.Equal((99L, Batches.Time + 990), _log.FindLatestTime());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_batch_that_cannot_be_opened_holds_no_time_and_harms_nobody(string way, short codec)
    {
        _log.Append(Batches.Of(count: 2, compression: (codec, _ => [1, 2, 3, (byte)way.Length])), new LogRules());
        _log.Append(Batches.Of(), new LogRules());
        Assert.Equal((2L, Batches.Time), _log.FindByTime(0));
    }

    private static byte[] Pack(string way, byte[] bytes) => way switch
    {
        "gzip" => Batches.Gzip(bytes),
        "snappy in one block" => Snappy.CompressToArray(bytes),
        "snappy in Java's blocks" => JavaSnappy(bytes),
        "lz4" => Lz4(bytes),
        _ => Zstd(bytes),
    };

    private static byte[] JavaSnappy(byte[] bytes)
    {
        using var packed = new MemoryStream();
        packed.Write([0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1]);
        foreach (var chunk in bytes.Chunk(7000))
        {
            var block = Snappy.CompressToArray(chunk);
            var length = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, block.Length);
            packed.Write(length);
            packed.Write(block);
        }

        return packed.ToArray();
    }

    private static byte[] Lz4(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var lz4 = LZ4Stream.Encode(packed))
            lz4.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Zstd(byte[] bytes)
    {
        using var compressor = new Compressor();
        return compressor.Wrap(bytes).ToArray();
    }
}
