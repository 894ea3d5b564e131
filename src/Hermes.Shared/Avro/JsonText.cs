using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Hermes.Shared.Avro;

/// <summary>JSON while it is written, in a pooled buffer. Text is escaped where JSON demands it and nowhere else, as Java's Jackson does.</summary>
internal sealed class JsonText(int capacity) : IDisposable
{
    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (byte)c), (byte)'"', (byte)'\\']);

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 64));
    private int _length;

    /// <summary>A name or a symbol, quoted.</summary>
    public static byte[] Quoted(string text)
    {
        using var json = new JsonText(text.Length + 2);
        json.Text(Encoding.UTF8.GetBytes(text));
        return json.ToArray();
    }

    public byte[] ToArray() => _buffer.AsSpan(0, _length).ToArray();

    public override string ToString() => Encoding.UTF8.GetString(_buffer.AsSpan(0, _length));

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    public void Byte(byte value)
    {
        if (_length == _buffer.Length)
            Grow(1);
        _buffer[_length++] = value;
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out var count);
        _length += count;
    }

    public void Number(double value) => _length += JavaNumber.Format(value, Room(JavaNumber.Longest));

    public void Number(float value) => _length += JavaNumber.Format(value, Room(JavaNumber.Longest));

    /// <summary>Text in UTF-8. What is no UTF-8 becomes the character that says so, as in Java.</summary>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        Byte((byte)'"');
        Escape(Utf8.IsValid(utf8) ? utf8 : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8)));
        Byte((byte)'"');
    }

    /// <summary>Bytes as text with one character for each.</summary>
    public void Characters(ReadOnlySpan<byte> bytes)
    {
        Byte((byte)'"');
        while (bytes.IndexOfAnyInRange((byte)0x80, (byte)0xFF) is >= 0 and var at)
        {
            Escape(bytes[..at]);
            Byte((byte)(0xC0 | (bytes[at] >> 6)));
            Byte((byte)(0x80 | (bytes[at] & 0x3F)));
            bytes = bytes[(at + 1)..];
        }
        Escape(bytes);
        Byte((byte)'"');
    }

    private void Escape(ReadOnlySpan<byte> utf8)
    {
        while (utf8.IndexOfAny(Escaped) is >= 0 and var at)
        {
            Raw(utf8[..at]);
            Escape(utf8[at]);
            utf8 = utf8[(at + 1)..];
        }
        Raw(utf8);
    }

    private void Escape(byte character)
    {
        switch (character)
        {
            case (byte)'"': Raw("\\\""u8); break;
            case (byte)'\\': Raw("\\\\"u8); break;
            case (byte)'\b': Raw("\\b"u8); break;
            case (byte)'\t': Raw("\\t"u8); break;
            case (byte)'\n': Raw("\\n"u8); break;
            case (byte)'\f': Raw("\\f"u8); break;
            case (byte)'\r': Raw("\\r"u8); break;
            default:
                Raw("\\u00"u8);
                Utf8Formatter.TryFormat(character, Room(2), out var count, new('X', 2));
                _length += count;
                break;
        }
    }

    private Span<byte> Room(int count)
    {
        if (count > _buffer.Length - _length)
            Grow(count);
        return _buffer.AsSpan(_length);
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
