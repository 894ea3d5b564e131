namespace Hermes.KafkaEmulator.Logs;

/// <summary>A segment in memory. Reads are views of it: it stays as long as somebody sends from it.</summary>
internal sealed class MemorySegment(long baseOffset, int capacity) : Segment(baseOffset)
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity);

    public int Capacity => _bytes.Length;

    public override bool Fits(int size, int segmentBytes) => _bytes.Length - Size >= size;

    public override void Write(ReadOnlySpan<byte> batch) => batch.CopyTo(_bytes.AsSpan(Size));

    public override LogBytes Read(int position, int count, int limit) =>
        new(_bytes.AsMemory(position, Math.Min(count, limit - position)), Rented: null);

    public override void Dispose()
    {
    }

    public override void Delete()
    {
    }
}
