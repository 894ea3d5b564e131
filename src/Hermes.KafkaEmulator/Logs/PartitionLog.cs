using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Logs;

/// <summary>The records of one partition, in memory or in a folder, as the batches in which they came.</summary>
/// <remarks>
/// Two locks. <c>_appending</c> is held by the one writer, over its write. <c>_gate</c> guards what readers need to find their way and is
/// never held over input or output: a fetch looks up where to read under it, and reads without it. A batch is written first and
/// published after, so nobody sees half of one. Order of the locks: <c>_appending</c>, then <c>_gate</c>.
/// </remarks>
internal sealed partial class PartitionLog : IDisposable
{
    /// <summary>The leader's epoch, for ever: this broker leads every partition from its creation on.</summary>
    public const int LeaderEpoch = 0;

    private const int SmallestChunk = 16 * 1024;
    private const int LargestChunk = 1024 * 1024;

    private readonly Lock _appending = new();
    private readonly Lock _gate = new();
    private readonly string? _folder;
    private readonly TimeProvider _clock;
    private readonly List<Segment> _segments = [];
    private readonly ProducerStates _producers = new();
    private readonly List<AppendWait> _waits = [];
    private long _startOffset;
    private long _endOffset;
    private bool _gone;

    /// <summary>Opens a log, and brings it into order after a kill: what is not a whole batch at its end is cut off.</summary>
    /// <param name="folder">Where it keeps its files; null keeps it in memory.</param>
    /// <param name="startOffset">The first offset as it was recorded elsewhere; a log that begins later knows better.</param>
    /// <param name="clock">The time of appends.</param>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public PartitionLog(string? folder, long startOffset, TimeProvider clock)
    {
        (_folder, _clock) = (folder, clock);
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            _segments.AddRange(SegmentRecovery.Open(folder, _producers, clock.GetUtcNow().ToUnixTimeMilliseconds(), out _endOffset));
        }

        _startOffset = Math.Max(startOffset, _segments is [var first, ..] ? first.BaseOffset : 0);
        _endOffset = Math.Max(_endOffset, _startOffset);
    }

    /// <summary>The first offset that can be read, and the one that the next record gets.</summary>
    public (long Start, long End) Offsets
    {
        get
        {
            lock (_gate)
                return (_startOffset, _endOffset);
        }
    }

    /// <summary>Bytes of all batches kept.</summary>
    public long Size
    {
        get
        {
            lock (_gate)
                return _segments.Sum(segment => (long)segment.Size);
        }
    }

    /// <summary>Appends one batch: checks it, gives it its offsets (in place), writes it, lets readers know.</summary>
    /// <exception cref="IOException">It could not be written; nothing was appended.</exception>
    public AppendResult Append(Memory<byte> bytes, LogRules rules)
    {
        if (RecordBatch.Check(bytes.Span, out var batch) is var error and not KafkaError.None)
            return AppendResult.Refused(error, reason: null);
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (AppendRules.Judge(batch, bytes.Length, rules, now) is { } refused)
            return refused;
        AppendWait[] waits;
        AppendResult result;
        lock (_appending)
        {
            if (_gone)
                return AppendResult.Refused(KafkaError.UnknownTopicOrPartition, reason: null);
            if (batch.IsIdempotent)
            {
                error = _producers.Judge(batch, out var duplicate);
                if (error is not KafkaError.None)
                    return AppendResult.Refused(error, $"Producer {batch.ProducerId}, epoch {batch.ProducerEpoch}, sequence {batch.BaseSequence} is out of order.");
                if (duplicate >= 0)
                    return new AppendResult(KafkaError.None, duplicate, -1, _startOffset, Reason: null);
            }

            RecordBatch.Place(bytes.Span, _endOffset, LeaderEpoch);
            if (rules.AppendTime)
                RecordBatch.StampAppendTime(bytes.Span, now);
            batch = RecordBatch.Read(bytes.Span);
            var segment = SegmentFor(batch.Size, rules);
            segment.Write(bytes.Span);
            lock (_gate)
            {
                segment.Publish(batch);
                _endOffset = batch.LastOffset + 1;
                waits = [.. _waits];
                _waits.Clear();
                result = new AppendResult(KafkaError.None, batch.BaseOffset, rules.AppendTime ? now : -1, _startOffset, Reason: null);
            }

            _producers.Kept(batch, now);
        }

        foreach (var wait in waits)
            wait.Signal();
        return result;
    }

    /// <summary>Reads whole batches from the one that holds an offset on.</summary>
    /// <param name="offset">The wanted offset; the end of the log reads nothing.</param>
    /// <param name="maxBytes">How many bytes at most.</param>
    /// <param name="atLeastOne">Give the first batch even when it is larger.</param>
    public ReadResult Read(long offset, int maxBytes, bool atLeastOne)
    {
        Segment segment;
        int position, limit;
        long start, end;
        lock (_gate)
        {
            (start, end) = (_startOffset, _endOffset);
            if (_gone)
                return ReadResult.Refused(KafkaError.UnknownTopicOrPartition);
            if (offset < start || offset > end)
                return new ReadResult(KafkaError.OffsetOutOfRange, start, end, default, HasMore: false);
            if (offset == end || (maxBytes <= 0 && !atLeastOne))
                return new ReadResult(KafkaError.None, start, end, default, HasMore: false);
            segment = _segments[SegmentOf(offset)];
            (position, limit) = (segment.Index.Floor(offset), segment.Size);
        }

        try
        {
            var bytes = BatchReader.Read(segment, position, limit, offset, maxBytes, atLeastOne, out var next);
            return new ReadResult(KafkaError.None, start, end, bytes, HasMore: next > offset && next < end);
        }
        catch (ObjectDisposedException)
        {
            // Deleted between look-up and read: the next fetch is told so.
            return new ReadResult(KafkaError.None, start, end, default, HasMore: false);
        }
    }

    /// <summary>Asks for one signal at the next append.</summary>
    public void Register(AppendWait wait)
    {
        lock (_gate)
            _waits.Add(wait);
    }

    /// <summary>Takes a wait back that may have been signalled or not.</summary>
    public void Unregister(AppendWait wait)
    {
        lock (_gate)
            _waits.Remove(wait);
    }

    /// <summary>Ends its life with its topic: later appends and reads are told that there is no such partition.</summary>
    public void Delete()
    {
        Close(delete: true);
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    public void Dispose() => Close(delete: false);

    private void Close(bool delete)
    {
        AppendWait[] waits;
        lock (_appending)
        {
            lock (_gate)
            {
                _gone = true;
                waits = [.. _waits];
                _waits.Clear();
                foreach (var segment in _segments)
                {
                    if (delete)
                        segment.Delete();
                    else
                        segment.Dispose();
                }

                _segments.Clear();
            }
        }

        foreach (var wait in waits)
            wait.Signal();
    }

    private Segment SegmentFor(int size, LogRules rules)
    {
        if (_segments is [.., var last] && last.Fits(size, rules.SegmentBytes))
            return last;
        Segment fresh;
        if (_folder is not null)
        {
            fresh = new FileSegment(_folder, _endOffset);
        }
        else
        {
            // Small logs take little memory, busy ones few pieces.
            var grown = _segments is [.., MemorySegment before] ? Math.Min(before.Capacity * 2L, LargestChunk) : SmallestChunk;
            fresh = new MemorySegment(_endOffset, (int)Math.Max(grown, size));
        }

        lock (_gate)
            _segments.Add(fresh);
        return fresh;
    }

    /// <summary>The segment that holds an offset which is not before the first; the caller holds the gate.</summary>
    private int SegmentOf(long offset)
    {
        int low = 0, high = _segments.Count;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (_segments[middle].BaseOffset <= offset)
                low = middle;
            else
                high = middle;
        }

        return low;
    }
}
