using System.ComponentModel.DataAnnotations;

namespace Hermes.Shared.Telemetry;

/// <summary>What is told of the work, bound from <c>Telemetry</c>.</summary>
public sealed record TelemetrySettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Telemetry";

    /// <summary>Where to.</summary>
    public OtlpSettings Otlp { get; init; } = new();

    /// <summary>The share of traces begun here that are sent, 0 to 1; a trace that a publisher has begun follows its decision.
    /// Default 0.01. <c>OTEL_TRACES_SAMPLER</c> replaces it.</summary>
    [Range(0.0, 1.0)] public double TraceRatio { get; init; } = 0.01;

    /// <summary>Whether endpoints get the context of the delivery's own span as <c>traceparent</c>, in the place of the publisher's.
    /// Default false: Hermes's contract knows the publisher's headers alone (4.1).</summary>
    public bool PropagateTrace { get; init; }
}
