using System.ComponentModel.DataAnnotations;

namespace Hermes.Delivery;

/// <summary>Settings of the sending side of a process, bound from <c>Delivery</c>.</summary>
public sealed record DeliveryOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Delivery";

    /// <summary>Messages of one subscription that may be unsettled at once, where its policy has no <c>inflightSize</c>. Default 100.</summary>
    [Range(1, 100_000)] public int InflightSize { get; init; } = 100;

    /// <summary>Bytes of messages that one serial subscription may hold unsettled; a single message may be larger. Default 64
    /// MiB.</summary>
    [Range(1, long.MaxValue)] public long BytesPerSubscription { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes of messages that all serial subscriptions of the process may hold unsettled, and beyond it one message each. Half
    /// is for whoever comes first, the other half is parted evenly. Default 512 MiB.</summary>
    [Range(1, long.MaxValue)] public long BytesInProcess { get; init; } = 512 * 1024 * 1024;

    /// <summary>Connections to one host and port; a subscription's own window is the narrower bound. Default 1024.</summary>
    [Range(1, 65_000)] public int MaxConnectionsPerServer { get; init; } = 1024;

    /// <summary>How long one connection is reused, so that a changed address is noticed; longer than nothing. Default 5
    /// minutes.</summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an idle connection is kept; longer than nothing. Default 1 minute.</summary>
    public TimeSpan ConnectionIdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest wait for a connection to open; longer than nothing. Default 15 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether HTTP/2 is spoken to the endpoints of subscriptions with <c>http2Enabled</c>: over TLS, where the endpoint
    /// agrees (ALPN). Default yes.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary>Whether it is spoken to their plain <c>http</c> endpoints too, without asking; else HTTP/1.1 is, as Hermes does, with a
    /// line in the log. Default no.</summary>
    public bool Http2PriorKnowledge { get; init; }

    /// <summary>Whether deliveries may go to this machine itself (tests, first steps). Default no.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>Networks such as <c>10.0.0.0/8</c> to which alone deliveries may go. Default none: everywhere that is not refused.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Networks to which no delivery may go, allowed or not. Default none.</summary>
    public IReadOnlyList<string> DeniedNetworks { get; init; } = [];

    /// <summary>Files (PEM or DER) of authorities that are trusted in place of the system's. Default none: the system's.</summary>
    public IReadOnlyList<string> TlsCaFiles { get; init; } = [];

    /// <summary>The file (PEM or PKCS#12) of the certificate that is shown to endpoints which ask for one; PEM may hold the chain and
    /// the key as well. Default none.</summary>
    public string? TlsClientCertificate { get; init; }

    /// <summary>The PEM file of its key, where that is apart. Default none.</summary>
    public string? TlsClientKey { get; init; }

    /// <summary>The password of the key or the PKCS#12 file. Never logged. Default none.</summary>
    public string? TlsClientPassword { get; init; }

    /// <summary>A file that holds the password instead. Default none.</summary>
    public string? TlsClientPasswordFile { get; init; }

    /// <summary>The lowest version of TLS: <c>1.2</c> or <c>1.3</c>. Default <c>1.2</c>.</summary>
    [RegularExpression("^1\\.[23]$", ErrorMessage = "The field TlsMinimum must be 1.2 or 1.3.")]
    public string TlsMinimum { get; init; } = "1.2";

    /// <summary>Whether the issuers of endpoints' certificates are asked if these were revoked. Default no.</summary>
    public bool TlsCheckRevocation { get; init; }

    /// <summary>Secrets of Standard Webhooks by the names that subscriptions ask for: base64 of 24 to 64 bytes, with or without
    /// <c>whsec_</c>; of several, parted by spaces, each signs. Never logged.</summary>
    public IDictionary<string, string> SigningSecrets { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Files that hold such secrets instead, by the same names.</summary>
    public IDictionary<string, string> SigningSecretFiles { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How often files of certificates and secrets are looked at: a changed one is used from then on, a broken one is named
    /// and the old one kept. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")] public TimeSpan FileLookInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A message is reported as holding up its subscription once this many windows of later messages were accepted while it
    /// waits. Default 10.</summary>
    [Range(1, 100_000)] public int HeadOfLineWindows { get; init; } = 10;

    /// <summary>Partitions of a dead-letter topic that a worker has to create; its replication is the broker's default. Default
    /// 4.</summary>
    [Range(1, 10_000)] public int DeadLetterPartitions { get; init; } = 4;

    /// <summary>How long a dead-letter topic that a worker has to create keeps its letters; longer than nothing. Default 14
    /// days.</summary>
    public TimeSpan DeadLetterRetention { get; init; } = TimeSpan.FromDays(14);
}
