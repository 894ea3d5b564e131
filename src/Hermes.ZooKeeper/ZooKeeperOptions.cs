namespace Hermes.ZooKeeper;

/// <summary>Settings of a <see cref="ZooKeeperClient"/>.</summary>
public sealed record ZooKeeperOptions
{
    /// <summary>Servers and an optional chroot: <c>host:port,host:port/chroot</c>; the port defaults to 2181, IPv6 stands
    /// in brackets. The chroot node must exist.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The session time-out to ask for. The server clamps it, to 2 and 20 of its ticks unless configured
    /// otherwise; <see cref="SessionStatus.Timeout"/> says what it granted. Default 10 s.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for one server to accept and answer the handshake. Default: the session time-out divided by
    /// the number of servers, between 500 ms and 10 s.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>How to talk TLS, asked at each connection; <see langword="null"/>: in clear. It must not throw, nor wait for long.</summary>
    public Func<ZooKeeperTlsOptions>? Tls { get; init; }

    /// <summary>Identities of the session (scheme <c>digest</c>), sent on every connection.</summary>
    public IReadOnlyList<DigestCredential> Digest { get; init; } = [];

    /// <summary>Rights of nodes created without any of their own. Default: everything for everyone, as Hermes does.</summary>
    public IReadOnlyList<AclEntry> DefaultAcl { get; init; } = AclEntry.OpenToAll;

    /// <summary>Largest request in bytes; larger ones are refused here, since the server would only cut the connection.
    /// Default 1 048 575, the server's <c>jute.maxbuffer</c>.</summary>
    public int MaxRequestBytes { get; init; } = 0xFFFFF;

    /// <summary>Largest reply in bytes. The server does not bound its replies. Default 16 MiB.</summary>
    public int MaxReplyBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Calls that may wait for their turn at once; one more fails with <see cref="ErrorCode.Throttled"/>.
    /// Default 100 000.</summary>
    public int MaxQueuedCalls { get; init; } = 100_000;

    /// <summary>Checks all settings.</summary>
    /// <exception cref="ArgumentException">Names the setting, the rule and the value.</exception>
    public void Validate()
    {
        Sessions.ConnectString.Parse(ConnectionString);
        Require(SessionTimeout > TimeSpan.Zero && SessionTimeout.TotalMilliseconds <= int.MaxValue, nameof(SessionTimeout), SessionTimeout);
        Require(ConnectTimeout is null || ConnectTimeout > TimeSpan.Zero, nameof(ConnectTimeout), ConnectTimeout);
        Require(MaxRequestBytes > 0, nameof(MaxRequestBytes), MaxRequestBytes);
        Require(MaxReplyBytes > 0, nameof(MaxReplyBytes), MaxReplyBytes);
        Require(MaxQueuedCalls > 0, nameof(MaxQueuedCalls), MaxQueuedCalls);
    }

    private static void Require(bool holds, string name, object? value)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive and fit 31 bits, but is {value}.");
    }
}
