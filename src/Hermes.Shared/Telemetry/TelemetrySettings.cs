using System.ComponentModel.DataAnnotations;

namespace Hermes.Shared.Telemetry;

/// <summary>What is told of the work, bound from <c>Telemetry</c>.</summary>
public sealed record TelemetrySettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Telemetry";

    /// <summary>Where to; a section of its own.</summary>
    public OtlpSettings Otlp { get; init; } = new();

    /// <summary>The share of traces begun here that are sent; a trace that a publisher began follows its decision.
    /// <c>OTEL_TRACES_SAMPLER</c> replaces it. Default 0.01.</summary>
    [Range(0.0, 1.0)] public double TraceRatio { get; init; } = 0.01;

    /// <summary>Whether endpoints get the context of the delivery's own span as <c>traceparent</c>, in the place of the publisher's.
    /// Hermes's contract adds no such header. Default false.</summary>
    public bool PropagateTrace { get; init; }
}
