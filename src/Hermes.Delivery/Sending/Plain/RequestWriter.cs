using System.Buffers;
using System.Globalization;
using System.Text;

namespace Hermes.Delivery.Sending.Plain;

/// <summary>Writes a request into a rented buffer: its head, and its body if that is small enough to be copied.</summary>
internal struct RequestWriter : IDisposable
{
    // A copy of so much costs less than a second call of the kernel and a second packet.
    private const int MostCopied = 16 * 1024;
    private const int Usual = 1024;
    private byte[] _buffer;
    private int _length;

    public RequestWriter(in SendRequest request, PlainRoute route)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(Usual + (request.Body.Length <= MostCopied ? request.Body.Length : 0));
        Add(route.Begin);
        if (request.Host is { } host) AddText(host);
        else Add(route.Host);
        AddHeader("\r\nContent-Type: "u8, request.ContentType);
        Add("\r\nContent-Length: "u8);
        AddNumber(request.Body.Length);
        if (request.MessageId is { } id) AddHeader("\r\nHermes-Message-Id: "u8, id);
        Add("\r\nHermes-Retry-Count: "u8);
        AddNumber(request.Attempts);
        AddHeaders(request.Metadata);
        AddHeaders(request.Own);
        AddHeaders(request.Fixed.Headers);
        Add("\r\n\r\n"u8);
        if (request.Body.Length > MostCopied) Rest = request.Body;
        else Add(request.Body.Span);
    }

    /// <summary>What goes first.</summary>
    public readonly ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>The body, where it is not in <see cref="Written"/>.</summary>
    public ReadOnlyMemory<byte> Rest { get; }

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void AddHeaders(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            var (name, value) = headers[i];
            Add("\r\n"u8);
            AddText(name);
            AddHeader(": "u8, value);
        }
    }

    private void AddHeader(ReadOnlySpan<byte> name, string value)
    {
        Add(name);
        AddText(value);
    }

    private void AddNumber(int number)
    {
        const int MostDigits = 11;
        Ensure(MostDigits);
        number.TryFormat(_buffer.AsSpan(_length), out var written, provider: CultureInfo.InvariantCulture);
        _length += written;
    }

    private void AddText(string text)
    {
        // Metadata may hold any text, and travels as UTF-8.
        Ensure(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Ensure(int more)
    {
        if (_buffer.Length - _length >= more) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, _length + more));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
