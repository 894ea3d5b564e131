using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Hermes.ZooKeeper;

/// <summary>A user and a password of the scheme <c>digest</c>. They travel in clear unless the connection is TLS.</summary>
/// <param name="user">Without a colon.</param>
/// <param name="password">Never shown by <see cref="ToString"/>.</param>
public sealed class DigestCredential(string user, string password)
{
    /// <summary>The user.</summary>
    public string User { get; } = user.Contains(':', StringComparison.Ordinal)
        ? throw new ArgumentException($"A digest user must not contain ':', but is '{user}'.", nameof(user))
        : user;

    /// <summary>An entry that gives this user rights: its id is <c>user:base64(sha1(user:password))</c>.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "ZooKeeper's scheme 'digest' is defined by SHA-1.")]
    public AclEntry Grant(AclRights rights) =>
        new(rights, "digest", $"{User}:{Convert.ToBase64String(SHA1.HashData(ToWire()))}");

    internal byte[] ToWire() => Encoding.UTF8.GetBytes($"{User}:{password}");

    /// <summary>The user alone.</summary>
    public override string ToString() => User;
}
