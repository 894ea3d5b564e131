using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hermes.KafkaEmulator.Protocol;

/// <summary>
/// Writes Kafka's primitive types into a rented buffer. Large record sets are not copied into it: <see cref="Segments"/> gives the message
/// as the stretches of the buffer with the record sets between them, for one gathering send.
/// </summary>
internal sealed class ProtocolWriter : IDisposable
{
    // Below this a copy costs less than one more stretch of memory in the send.
    private const int CopiedRecords = 2048;

    private readonly List<(int At, ReadOnlyMemory<byte> Records)> _records = [];
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);
    private int _position;
    private long _recordBytes;

    /// <summary>Bytes written so far, record sets included.</summary>
    public long Length => _position + _recordBytes;

    public static InvalidOperationException NotInVersion(string field, short version) =>
        new($"The field {field} has a value that version {version} of its message cannot carry.");

    public void WriteBool(bool value) => Grow(1)[0] = value ? (byte)1 : (byte)0;

    public void WriteInt8(sbyte value) => Grow(1)[0] = (byte)value;

    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Grow(2), value);

    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Grow(4), value);

    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Grow(8), value);

    public void WriteUuid(Guid value) => value.TryWriteBytes(Grow(16), bigEndian: true, out _);

    public void WriteUnsignedVarint(int value)
    {
        var rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7)
            Grow(1)[0] = (byte)(rest | 0x80);
        Grow(1)[0] = (byte)rest;
    }

    public void WriteString(string value, bool flexible)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        if (length > short.MaxValue)
            throw new InvalidOperationException($"A string of {length} bytes does not fit a Kafka message.");
        if (flexible)
            WriteUnsignedVarint(length + 1);
        else
            WriteInt16((short)length);
        Encoding.UTF8.GetBytes(value, Grow(length));
    }

    public void WriteNullableString(string? value, bool flexible)
    {
        if (value is not null)
            WriteString(value, flexible);
        else if (flexible)
            WriteUnsignedVarint(0);
        else
            WriteInt16(-1);
    }

    public void WriteBytes(byte[] value, bool flexible)
    {
        WriteArrayLength(value.Length, flexible);
        value.CopyTo(Grow(value.Length));
    }

    public void WriteNullableBytes(byte[]? value, bool flexible)
    {
        if (value is null)
            WriteArrayLength(-1, flexible);
        else
            WriteBytes(value, flexible);
    }

    public void WriteRecords(ReadOnlyMemory<byte> value, bool flexible)
    {
        WriteArrayLength(value.Length, flexible);
        if (value.Length <= CopiedRecords)
        {
            value.Span.CopyTo(Grow(value.Length));
            return;
        }

        _records.Add((_position, value));
        _recordBytes += value.Length;
    }

    public void WriteNullableRecords(ReadOnlyMemory<byte>? value, bool flexible)
    {
        if (value is { } records)
            WriteRecords(records, flexible);
        else
            WriteArrayLength(-1, flexible);
    }

    /// <summary>The length of an array or byte array; -1 for null.</summary>
    public void WriteArrayLength(int count, bool flexible)
    {
        if (flexible)
            WriteUnsignedVarint(count + 1);
        else
            WriteInt32(count);
    }

    public void WriteInt32Array(List<int>? values, bool flexible)
    {
        WriteArrayLength(values?.Count ?? -1, flexible);
        foreach (var value in values ?? [])
            WriteInt32(value);
    }

    public void WriteInt64Array(List<long> values, bool flexible)
    {
        WriteArrayLength(values.Count, flexible);
        foreach (var value in values)
            WriteInt64(value);
    }

    public void WriteStringArray(List<string>? values, bool flexible)
    {
        WriteArrayLength(values?.Count ?? -1, flexible);
        foreach (var value in values ?? [])
            WriteString(value, flexible);
    }

    /// <summary>Begins a tagged field; its size is put in front of it by <see cref="EndTag"/>.</summary>
    public int BeginTag(int tag)
    {
        WriteUnsignedVarint(tag);
        return _position;
    }

    public void EndTag(int start)
    {
        var size = _position - start;
        var prefix = 1;
        for (var rest = (uint)size >> 7; rest > 0; rest >>= 7)
            prefix++;
        Grow(prefix);
        _buffer.AsSpan(start, size).CopyTo(_buffer.AsSpan(start + prefix));
        _position = start;
        WriteUnsignedVarint(size);
        _position += size;
    }

    /// <summary>Writes over a number written before: a length that is known only now.</summary>
    public void PatchInt32(int at, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(at, 4), value);

    /// <summary>The whole message in order. Valid until the writer is used again or disposed.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Segments()
    {
        var sent = 0;
        foreach (var (at, records) in _records)
        {
            if (at > sent)
                yield return _buffer.AsMemory(sent, at - sent);
            yield return records;
            sent = at;
        }

        if (_position > sent)
            yield return _buffer.AsMemory(sent, _position - sent);
    }

    /// <summary>The whole message in one array.</summary>
    public byte[] ToArray()
    {
        var whole = new byte[Length];
        var at = 0;
        foreach (var segment in Segments())
        {
            segment.CopyTo(whole.AsMemory(at));
            at += segment.Length;
        }

        return whole;
    }

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear()
    {
        _records.Clear();
        _position = 0;
        _recordBytes = 0;
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private Span<byte> Grow(int count)
    {
        if (_buffer.Length - _position < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _position + count));
            _buffer.AsSpan(0, _position).CopyTo(larger);
            if (_buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var span = _buffer.AsSpan(_position, count);
        _position += count;
        return span;
    }
}
