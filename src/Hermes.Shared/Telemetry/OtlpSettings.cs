namespace Hermes.Shared.Telemetry;

/// <summary>Where traces, metrics and logs are sent, bound from <c>Telemetry:Otlp</c>.</summary>
public sealed record OtlpSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Telemetry:Otlp";

    /// <summary>A collector: <c>http://host:4317</c>. Default none: nothing is sent, unless <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says
    /// otherwise.</summary>
    public string? Endpoint { get; init; }

    /// <summary>How it is spoken to. Over HTTP the paths of the signals are added to the address. Default <c>Grpc</c>.</summary>
    public OtlpProtocol Protocol { get; init; }

    /// <summary>Whether the log is sent too; it stands on the console in any case. Default false.</summary>
    public bool Logs { get; init; }
}
