using System.Buffers;

namespace Hermes.KafkaEmulator.Logs;

/// <summary>A rented buffer that goes back once.</summary>
internal sealed class PooledBytes(int size) : IDisposable
{
    private byte[]? _array = ArrayPool<byte>.Shared.Rent(size);

    public byte[] Array => _array ?? throw new ObjectDisposedException(nameof(PooledBytes));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, value: null) is { } array)
            ArrayPool<byte>.Shared.Return(array);
    }
}
