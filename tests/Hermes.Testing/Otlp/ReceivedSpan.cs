namespace Hermes.Testing.Otlp;

/// <summary>A span as it came over OTLP; <paramref name="HasFailed"/>: its status is an error.</summary>
public sealed record ReceivedSpan(
    string Service, string Source, string Name, string TraceId, string SpanId, string ParentId, IReadOnlyDictionary<string, string> Attributes, IReadOnlyDictionary<string, string> Resource, bool HasFailed);
