using System.Buffers.Binary;

namespace Hermes.ZooKeeper.Recipes;

/// <summary>Recipe: a 64-bit counter in a node's data, big-endian, as Curator's <c>DistributedAtomicLong</c> keeps it.</summary>
/// <remarks>Changes are versioned writes, so none is lost among many writers. A connection that breaks during one leaves it
/// unknown whether it happened: <see cref="ConnectionLostException"/> says so, and nothing is repeated.</remarks>
public sealed class Counter(IZooKeeper zooKeeper, string path)
{
    /// <summary>The value; 0 when there is no node, or an empty one.</summary>
    /// <exception cref="InvalidDataException">The node holds something else.</exception>
    public async Task<long> GetAsync(CancellationToken cancellationToken) =>
        await zooKeeper.TryGetAsync(path, cancellationToken) is { } node ? Decode(node.Data) : 0;

    /// <summary>Adds to the value; makes the node (not its parent) where there is none.</summary>
    /// <returns>The value after it.</returns>
    /// <exception cref="OverflowException">The sum does not fit 64 bits; nothing was written.</exception>
    public async Task<long> AddAsync(long delta, CancellationToken cancellationToken)
    {
        while (true)
        {
            var node = await zooKeeper.TryGetAsync(path, cancellationToken);
            var next = checked((node is { } n ? Decode(n.Data) : 0) + delta);
            if (await TryWriteAsync(next, node?.Stat.Version, cancellationToken))
                return next;
        }
    }

    /// <summary>Replaces the value if it is the expected one.</summary>
    public async Task<bool> TrySetAsync(long expected, long value, CancellationToken cancellationToken)
    {
        var node = await zooKeeper.TryGetAsync(path, cancellationToken);
        return (node is { } n ? Decode(n.Data) : 0) == expected && await TryWriteAsync(value, node?.Stat.Version, cancellationToken);
    }

    private async Task<bool> TryWriteAsync(long value, int? version, CancellationToken cancellationToken)
    {
        var data = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(data, value);
        try
        {
            if (version is { } seen)
                await zooKeeper.SetAsync(path, data, seen, cancellationToken);
            else
                await zooKeeper.CreateAsync(path, data, CreateMode.Persistent, cancellationToken);
            return true;
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.BadVersion or ErrorCode.NodeExists)
        {
            return false; // another writer was first
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode && version is not null)
        {
            return false; // deleted meanwhile: counts from 0 again
        }
    }

    private long Decode(ReadOnlyMemory<byte> data) => data.Length switch
    {
        0 => 0,
        sizeof(long) => BinaryPrimitives.ReadInt64BigEndian(data.Span),
        _ => throw new InvalidDataException($"A counter has 8 bytes, but {path} holds {data.Length}."),
    };
}
