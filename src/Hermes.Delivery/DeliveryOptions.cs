using System.ComponentModel.DataAnnotations;

namespace Hermes.Delivery;

/// <summary>Settings of the sending side of a process, bound from <c>Delivery</c>.</summary>
public sealed record DeliveryOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Delivery";

    /// <summary>Messages of one subscription that may be unsettled at once, where its policy has no <c>inflightSize</c>. Default 100.</summary>
    [Range(1, 100_000)] public int InflightSize { get; init; } = 100;

    /// <summary>Connections to one host and port. Default 1024; a subscription's own window is the narrower bound.</summary>
    [Range(1, 65_000)] public int MaxConnectionsPerServer { get; init; } = 1024;

    /// <summary>How long one connection is reused, so that a changed address is noticed. Default 5 minutes.</summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an idle connection is kept. Default 1 minute.</summary>
    public TimeSpan ConnectionIdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest wait for a connection to open. Default 15 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A message is reported as holding up its subscription once this many windows of later messages were accepted while it waits.
    /// Default 10.
    /// </summary>
    [Range(1, 100_000)] public int HeadOfLineWindows { get; init; } = 10;
}
