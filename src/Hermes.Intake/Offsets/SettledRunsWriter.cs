using System.Buffers.Binary;
using System.Buffers.Text;

namespace Hermes.Intake.Offsets;

/// <summary>Codes runs of settled offsets, in rising order, until the metadata is full: then the rest is left out, and may
/// be delivered again after a crash.</summary>
internal sealed class SettledRunsWriter(long committed)
{
    // The broker's offset.metadata.max.bytes is 4096; a run takes at most 18 bytes, base64 three characters for four.
    private const int MaxBytes = (4096 - 4) / 4 * 3 - 18;
    private readonly List<byte> _bytes = [];
    private readonly long _committed = committed;
    private long _position = committed;
    private long _first = -1;
    private long _end;
    private long _reached = -1;

    /// <summary>An offset that is settled; offsets left out between two such ones do not exist.</summary>
    public void Settled(long offset)
    {
        if (_first < 0)
            _first = offset;
        _end = offset + 1;
    }

    /// <summary>An offset, or more, that is not: the run ends.</summary>
    public void Unsettled()
    {
        if (_first >= 0 && _bytes.Count <= MaxBytes)
        {
            Number(_first - _position);
            Number(_end - _first);
            _position = _end;
        }
        _first = -1;
    }

    /// <summary>A run as a whole.</summary>
    public void Run(long first, long end)
    {
        Settled(first);
        Settled(end - 1);
    }

    /// <summary>Targets that have taken a message which is not settled; in rising order of the offsets, behind all runs.</summary>
    public void Reached(long offset, IReadOnlyList<ulong> targets)
    {
        if (_reached < 0)
        {
            Unsettled();
            if (_bytes.Count > MaxBytes)
                return;
            Number(0);
            Number(0);
            _reached = _committed;
        }
        if (_bytes.Count + (targets.Count * sizeof(ulong)) > MaxBytes)
            return;
        Number(offset - _reached);
        Number(targets.Count);
        Span<byte> mark = stackalloc byte[sizeof(ulong)];
        foreach (var target in targets)
        {
            BinaryPrimitives.WriteUInt64BigEndian(mark, target);
            _bytes.AddRange(mark);
        }
        _reached = offset;
    }

    public string ToMetadata()
    {
        Unsettled();
        return _bytes.Count == 0 ? "" : SettledRuns.Prefix + Base64Url.EncodeToString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes));
    }

    private void Number(long value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
