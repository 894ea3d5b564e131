namespace Hermes.ZooKeeper;

/// <summary>How long a node lives and how it is named; the numbers are the wire's flags.</summary>
public enum CreateMode
{
    /// <summary>Lives until it is deleted.</summary>
    Persistent = 0,

    /// <summary>Lives as long as its session. Cannot have children.</summary>
    Ephemeral = 1,

    /// <summary>Persistent, with a ten-digit number from the parent's counter added to its name.</summary>
    PersistentSequential = 2,

    /// <summary>Ephemeral, with a number added to its name.</summary>
    EphemeralSequential = 3,

    /// <summary>The server may delete it once it had children and has none any more.</summary>
    Container = 4,

    /// <summary>Persistent, deleted by the server when childless and unmodified for its time to live.</summary>
    PersistentWithTtl = 5,

    /// <summary>The same, with a number added to its name.</summary>
    PersistentSequentialWithTtl = 6,
}

/// <summary>How a node is to be created.</summary>
/// <param name="Mode">How long it lives.</param>
/// <param name="Acl">Its rights; <see langword="null"/>: the client's default, which is everything for everyone unless
/// configured.</param>
/// <param name="Ttl">Time to live, 1 ms to 2^40-1 ms; for the modes with a TTL, and for them alone.</param>
public readonly record struct CreateOptions(CreateMode Mode, IReadOnlyList<AclEntry>? Acl = null, TimeSpan? Ttl = null)
{
    /// <summary>A mode alone is enough.</summary>
    public static implicit operator CreateOptions(CreateMode mode) => new(mode);

    /// <summary>The same as the conversion, for languages without it.</summary>
    public static CreateOptions FromCreateMode(CreateMode mode) => new(mode);
}
