namespace Hermes.Shared.Status;

/// <summary>Where the process tells how it is, bound from <c>Status</c>.</summary>
public sealed record StatusSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Status";

    /// <summary><c>host:port</c>, where the host is an address of this machine, <c>localhost</c>, or <c>*</c> for all of them; port 0
    /// takes a free one, which the log names. <c>none</c>: no pages. Default: loopback, on the worker's own port.</summary>
    public string? Listen { get; init; }
}
