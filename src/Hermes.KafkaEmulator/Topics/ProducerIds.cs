using System.Buffers.Binary;
using Hermes.KafkaEmulator.Logs;

namespace Hermes.KafkaEmulator.Topics;

/// <summary>Numbers for idempotent producers, never given twice, over restarts neither: they are taken from the journal in blocks.</summary>
internal sealed class ProducerIds : IDisposable
{
    private const int Block = 1000;

    private readonly Lock _gate = new();
    private readonly Journal _journal;
    private long _next;
    private long _reserved;

    /// <param name="path">The journal's file; null starts at 0 with every start.</param>
    /// <exception cref="IOException">The file cannot be used.</exception>
    public ProducerIds(string? path)
    {
        _journal = new Journal(path, bytes => _reserved = BinaryPrimitives.ReadInt64LittleEndian(bytes), () => [Bytes(_reserved)]);
        _next = _reserved;
    }

    public long Next()
    {
        lock (_gate)
        {
            if (_next == _reserved)
            {
                _journal.Append(Bytes(_reserved + Block));
                _reserved += Block;
            }

            return _next++;
        }
    }

    public void Dispose() => _journal.Dispose();

    private static byte[] Bytes(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
