using System.ComponentModel.DataAnnotations;
using Hermes.ZooKeeper;

namespace Hermes.Shared.Hosting;

/// <summary>Where the registry is, bound from <c>ZooKeeper</c>.</summary>
public sealed record ZooKeeperSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "ZooKeeper";

    /// <summary>The servers, <c>host:port,host:port/chroot</c>; the chroot must exist. Default <c>localhost:2181</c>.</summary>
    [Required] public string ConnectionString { get; init; } = "localhost:2181";

    /// <summary>The node below which Hermes keeps everything; begins with <c>/</c>, does not end with one. Default
    /// <c>/hermes</c>.</summary>
    [Required, RegularExpression("^/([^/]+(/[^/]+)*)?$", ErrorMessage = "The field Root must begin with '/' and not end with one.")]
    public string Root { get; init; } = "/hermes";

    /// <summary>For how long the ensemble keeps a session that it does not hear of. It is asked of the server, which clamps it to 2 to
    /// 20 of its ticks. Default 10 s.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An identity of ZooKeeper's digest scheme; with it, nodes are created for this user alone, as Hermes does. Default none:
    /// nodes are open to all.</summary>
    public string? User { get; init; }

    /// <summary>The user's password. Needs <see cref="User"/>. Never logged.</summary>
    public string? Password { get; init; }

    /// <summary>Whether to talk TLS, on the servers' <c>secureClientPort</c>. Default no.</summary>
    public bool Tls { get; init; }

    /// <summary>Files (PEM or DER) of authorities that are trusted in place of the system's. Default none: the system's.</summary>
    public IReadOnlyList<string> TlsCaFiles { get; init; } = [];

    /// <summary>The file (PEM or PKCS#12) of the certificate that is shown to the servers, which ask for one unless their
    /// <c>ssl.clientAuth</c> says otherwise; PEM may hold the key as well. All these files are read anew at each connection. Default none.</summary>
    public string? TlsClientCertificate { get; init; }

    /// <summary>The PEM file of its key, where that is apart. Default none.</summary>
    public string? TlsClientKey { get; init; }

    /// <summary>The password of the key or the PKCS#12 file. Never logged. Default none.</summary>
    public string? TlsClientPassword { get; init; }

    /// <summary>A file that holds the password instead. Default none.</summary>
    public string? TlsClientPasswordFile { get; init; }

    /// <param name="tls">Tells what TLS is spoken with; absent: none is.</param>
    internal ZooKeeperOptions ToOptions(Func<ZooKeeperTlsOptions>? tls) => new()
    {
        ConnectionString = ConnectionString,
        SessionTimeout = SessionTimeout,
        Digest = User is null ? [] : [new(User, Password ?? "")],
        DefaultAcl = User is null ? AclEntry.OpenToAll : AclEntry.CreatorAll,
        Tls = tls,
    };
}
