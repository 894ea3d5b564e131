using System.Buffers.Binary;

namespace Hermes.Shared.Fleet;

/// <summary>Reads the little-endian blocks and groups of Simple Binary Encoding, as Hermes uses them. Blocks may be wider than
/// what is known of them: a newer writer has added members, which are skipped.</summary>
internal ref struct SbeReader(ReadOnlySpan<byte> data, string what)
{
    private const int HeaderLength = 8;
    private ReadOnlySpan<byte> _rest = data;

    /// <summary>Reads the message's header.</summary>
    /// <returns>The root block.</returns>
    /// <exception cref="InvalidDataException">It is another message, or none.</exception>
    public ReadOnlySpan<byte> Open(ushort schema, ushort template, int known)
    {
        var header = Take(HeaderLength);
        var (length, foundTemplate, foundSchema) = (UInt16(header), UInt16(header[2..]), UInt16(header[4..]));
        if (foundTemplate != template || foundSchema != schema)
            throw Fault($"must be message {template} of schema {schema}, but is {foundTemplate} of {foundSchema}");
        return Block(length, known);
    }

    /// <summary>Reads a group's header.</summary>
    public (int BlockLength, int Count) Group()
    {
        var header = Take(4);
        return (UInt16(header), UInt16(header[2..]));
    }

    /// <summary>Reads one block.</summary>
    /// <param name="length">Its length, by its header.</param>
    /// <param name="known">The length that is to be read from it.</param>
    public ReadOnlySpan<byte> Block(int length, int known)
    {
        if (length < known)
            throw Fault($"has a block of {length} bytes where {known} are needed");
        return Take(length);
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (_rest.Length < length)
            throw Fault($"ends {length - _rest.Length} bytes too early");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private readonly InvalidDataException Fault(string how) => new($"The data of {what} {how}.");

    private static ushort UInt16(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt16LittleEndian(at);
}
