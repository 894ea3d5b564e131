namespace Hermes.Shared.Telemetry;

/// <summary>Where traces, metrics and logs are sent, bound from <c>Telemetry:Otlp</c>.</summary>
public sealed record OtlpSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Telemetry:Otlp";

    /// <summary>The collector: <c>http://host:4317</c>. Default: none, and nothing is sent, unless <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>
    /// says otherwise.</summary>
    public string? Endpoint { get; init; }

    /// <summary>How it is spoken to. Default gRPC.</summary>
    public OtlpProtocol Protocol { get; init; }

    /// <summary>Whether the log is sent too. Default false: it stands on the console.</summary>
    public bool Logs { get; init; }
}
