using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 15 (create2), 19 (container) or 21 (TTL): path, data, acl[], flags[, ttl in ms] -> path, stat.</summary>
internal readonly record struct CreateRequest(string Path, ReadOnlyMemory<byte> Data, CreateOptions Options) : IRequest<CreatedNode>
{
    private static readonly TimeSpan MaxTtl = TimeSpan.FromMilliseconds((1L << 40) - 1);

    public OpCode OpCode => CodeOf(Options.Mode);

    /// <exception cref="ArgumentException">Names the rule.</exception>
    public static void Validate(string path, CreateOptions options)
    {
        var mode = options.Mode;
        NodePath.Validate(path, mode is CreateMode.PersistentSequential or CreateMode.EphemeralSequential or CreateMode.PersistentSequentialWithTtl);
        if (!Enum.IsDefined(mode))
            throw new ArgumentException($"There is no create mode {mode}.", nameof(options));
        if (HasTtl(mode) ? options.Ttl is not { TotalMilliseconds: >= 1 } ttl || ttl > MaxTtl : options.Ttl is not null)
            throw new ArgumentException($"A TTL from 1 ms to 2^40-1 ms goes with the TTL modes alone, but {mode} came with {options.Ttl?.ToString() ?? "none"}.", nameof(options));
        if (options.Acl is { Count: 0 })
            throw new ArgumentException("A node's rights must name somebody, but the list is empty.", nameof(options));
    }

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        Write(writer, wire, Path, Data.Span, Options);
        return true;
    }

    public CreatedNode Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) =>
        new(wire.ToLocal(reader.String()), reader.Stat());

    public static OpCode CodeOf(CreateMode mode) => mode switch
    {
        CreateMode.Container => OpCode.CreateContainer, // the plain operation would make it a persistent node
        CreateMode.PersistentWithTtl or CreateMode.PersistentSequentialWithTtl => OpCode.CreateTtl,
        _ => OpCode.Create2,
    };

    public static void Write(JuteWriter writer, WireContext wire, string path, ReadOnlySpan<byte> data, CreateOptions options)
    {
        wire.WritePath(writer, path);
        writer.Buffer(data);
        writer.Acl(options.Acl ?? wire.DefaultAcl);
        writer.Int((int)options.Mode);
        if (HasTtl(options.Mode))
            writer.Long((long)options.Ttl!.Value.TotalMilliseconds);
    }

    private static bool HasTtl(CreateMode mode) => mode is CreateMode.PersistentWithTtl or CreateMode.PersistentSequentialWithTtl;
}
