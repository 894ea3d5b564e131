namespace Hermes.Testing.Otlp;

/// <summary>A span as it came over OTLP.</summary>
public sealed record ReceivedSpan(
    string Service, string Source, string Name, string TraceId, string SpanId, string ParentId, IReadOnlyDictionary<string, string> Attributes, IReadOnlyDictionary<string, string> Resource);
