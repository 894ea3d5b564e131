namespace Hermes.ZooKeeper;

/// <summary>What an identity may do with a node.</summary>
[Flags]
public enum AclRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read data and list children.</summary>
    Read = 1,

    /// <summary>Write data.</summary>
    Write = 2,

    /// <summary>Create children.</summary>
    Create = 4,

    /// <summary>Delete children.</summary>
    Delete = 8,

    /// <summary>Change the rights.</summary>
    Admin = 16,

    /// <summary>All of them.</summary>
    All = 31,
}

/// <summary>One line of a node's access rights.</summary>
/// <param name="Rights">What is allowed.</param>
/// <param name="Scheme">How identities are told: <c>world</c>, <c>auth</c>, <c>digest</c>, <c>ip</c>, <c>x509</c>, <c>sasl</c>.</param>
/// <param name="Id">Who, in the scheme's own form.</param>
public sealed record AclEntry(AclRights Rights, string Scheme, string Id)
{
    /// <summary>Everyone may do everything.</summary>
    public static IReadOnlyList<AclEntry> OpenToAll { get; } = [new(AclRights.All, "world", "anyone")];

    /// <summary>The session's own identities may do everything (Curator's CREATOR_ALL).</summary>
    public static IReadOnlyList<AclEntry> CreatorAll { get; } = [new(AclRights.All, "auth", "")];

    /// <summary>Everyone may read.</summary>
    public static IReadOnlyList<AclEntry> ReadableByAll { get; } = [new(AclRights.Read, "world", "anyone")];
}
