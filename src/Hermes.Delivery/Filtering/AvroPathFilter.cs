using Hermes.Shared.Avro;

namespace Hermes.Delivery.Filtering;

/// <summary>Filter <c>avropath</c>: the values at a path of the record match a pattern, all of them or any; no value does not pass.</summary>
internal sealed class AvroPathFilter(AvroPath path, Matcher matcher, bool any) : IMessageFilter
{
    public string Type => "avropath";

    public bool Passes(Message message) => message.Schema is { } schema
        ? matcher.Matches(path.Select(schema.Schema, message.Avro.Span), any)
        : throw new InvalidOperationException("The message is JSON.");
}
