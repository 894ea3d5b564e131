using System.Buffers.Binary;
using System.IO.Compression;
using K4os.Compression.LZ4.Streams;
using Snappier;
using ZstdSharp;

namespace Hermes.KafkaEmulator.Logs;

/// <summary>Kafka's ways to compress the records of a batch. Batches are kept as they came: this is only for looking into one.</summary>
internal static class Compression
{
    private const int None = 0;
    private const int Gzip = 1;
    private const int Snappy = 2;
    private const int Lz4 = 3;
    private const int Zstd = 4;

    // What Java's library writes in front of its blocks: a name, and twice a version.
    private const int SnappyPreamble = 16;

    private static ReadOnlySpan<byte> SnappyName => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    /// <summary>Gives the records as they were before they were compressed.</summary>
    /// <param name="codec">Kafka's number of the compression.</param>
    /// <param name="records">What stands behind the batch's header.</param>
    public static Stream Open(int codec, ReadOnlyMemory<byte> records) => codec switch
    {
        None => Plain(records),
        Gzip => new BufferedStream(new GZipStream(Plain(records), CompressionMode.Decompress)),
        Snappy => new MemoryStream(OpenSnappy(records.Span), writable: false),
        Lz4 => new BufferedStream(LZ4Stream.Decode(Plain(records))),
        Zstd => new BufferedStream(new DecompressionStream(Plain(records))),
        _ => throw new InvalidDataException($"There is no compression {codec}."),
    };

    private static MemoryStream Plain(ReadOnlyMemory<byte> records) => new(records.ToArray(), writable: false);

    /// <summary>One block, as librdkafka writes it, or blocks with their lengths behind Java's preamble.</summary>
    private static byte[] OpenSnappy(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(SnappyName))
            return Snappier.Snappy.DecompressToArray(bytes);
        var opened = new MemoryStream();
        for (bytes = bytes[SnappyPreamble..]; bytes.Length >= sizeof(int);)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
            opened.Write(Snappier.Snappy.DecompressToArray(bytes.Slice(sizeof(int), length)));
            bytes = bytes[(sizeof(int) + length)..];
        }

        return opened.ToArray();
    }
}
