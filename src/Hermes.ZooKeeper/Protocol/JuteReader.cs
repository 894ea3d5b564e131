using System.Buffers.Binary;
using System.Text;

namespace Hermes.ZooKeeper.Protocol;

/// <summary>Reads jute. Bytes left over are no error: newer servers add fields.</summary>
/// <exception cref="MalformedFrameException">From every method, when the bytes do not suffice.</exception>
internal ref struct JuteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public int Int() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Long() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public bool Bool() => Take(1)[0] != 0;

    public string String()
    {
        var length = Int();
        return length < 0 ? "" : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>A copy of a buffer; an absent one is empty.</summary>
    public byte[] Buffer()
    {
        var length = Int();
        return length <= 0 ? [] : Take(length).ToArray();
    }

    public string[] Strings()
    {
        var values = new string[Count(smallest: 4)];
        for (var i = 0; i < values.Length; i++)
            values[i] = String();
        return values;
    }

    public NodeStat Stat() => new(Long(), Long(), Long(), Long(), Int(), Int(), Int(), Long(), Int(), Int(), Long());

    public AclEntry[] Acl()
    {
        var entries = new AclEntry[Count(smallest: 12)];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new((AclRights)Int(), String(), String());
        return entries;
    }

    // A count that the bytes left cannot hold is garbage: nothing is allocated for it.
    private int Count(int smallest)
    {
        var count = Int();
        if (count > _rest.Length / smallest)
            throw new MalformedFrameException($"A vector claims {count} items, but only {_rest.Length} bytes are left.");
        return Math.Max(count, 0);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new MalformedFrameException($"A field of {count} bytes is cut off: only {_rest.Length} are left.");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
