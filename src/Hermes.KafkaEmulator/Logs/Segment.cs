namespace Hermes.KafkaEmulator.Logs;

/// <summary>A stretch of a log: batches one behind the other, as they are sent and fetched.</summary>
/// <remarks>
/// One writer at a time; any number of readers, without a lock, of what lies below <see cref="Size"/> as they saw it under the log's lock.
/// The bookkeeping (size, index, times) is changed and read under the log's lock only.
/// </remarks>
internal abstract class Segment(long baseOffset) : IDisposable
{
    /// <summary>The offset of its first record.</summary>
    public long BaseOffset { get; } = baseOffset;

    /// <summary>Bytes of whole batches in it.</summary>
    public int Size { get; private set; }

    public SparseIndex Index { get; } = new();

    /// <summary>The highest timestamp in it; -1 while there is none.</summary>
    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>Where the first batch with <see cref="MaxTimestamp"/> starts.</summary>
    public int MaxTimestampPosition { get; private set; }

    /// <summary>Whether a batch of this size still goes into it, where files end at <paramref name="segmentBytes"/>.</summary>
    public abstract bool Fits(int size, int segmentBytes);

    /// <summary>Writes a batch behind <see cref="Size"/>, where no reader looks yet.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public abstract void Write(ReadOnlySpan<byte> batch);

    /// <summary>Gives bytes from a position on, as many as asked for or as there are below the limit.</summary>
    /// <exception cref="ObjectDisposedException">The segment was deleted meanwhile.</exception>
    public abstract LogBytes Read(int position, int count, int limit);

    /// <summary>Lets readers see a batch that was written.</summary>
    public void Publish(in RecordBatch batch)
    {
        if (batch.MaxTimestamp > MaxTimestamp)
            (MaxTimestamp, MaxTimestampPosition) = (batch.MaxTimestamp, Size);
        Index.Add(batch.BaseOffset, Size, batch.Size, batch.MaxTimestamp);
        Size += batch.Size;
    }

    /// <summary>Closes it and keeps what it holds.</summary>
    public abstract void Dispose();

    /// <summary>Closes it and removes what it holds.</summary>
    public abstract void Delete();
}
