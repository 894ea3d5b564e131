namespace Hermes.Shared.Status;

/// <summary>Where the process tells how it is, bound from <c>Status</c>.</summary>
public sealed record StatusSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Status";

    /// <summary>Where the status pages are served: <c>host:port</c>, the host an IP address (<c>[::1]</c> in brackets),
    /// <c>localhost</c>, or <c>*</c> for every address of the machine; port 0 takes a free one, which the log names; <c>none</c> serves
    /// no pages. A port that is taken ends the start. Nobody is asked who they are: open it to a network that you trust. Default:
    /// <c>127.0.0.1:8000</c> (consumer), <c>:8001</c> (retransmitter), <c>:8002</c> (janitor).</summary>
    public string? Listen { get; init; }
}
