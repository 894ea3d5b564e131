using System.Text.Json;
using Confluent.Kafka;
using Hermes.Shared.Envelope;

namespace Hermes.Cli.Publishing;

/// <summary>JSON in Hermes's envelope.</summary>
internal sealed class JsonForm(RecordSettings records) : IMessageForm
{
    private readonly JsonEnvelope _envelope = records.ToJsonEnvelope();

    public byte[] ToValue(byte[] line, JsonElement message, string id, long timestampMs, IReadOnlyList<KeyValuePair<string, string>> headers) =>
        _envelope.Wrap(line, id, timestampMs, headers);

    public void AddTo(Headers record)
    {
        // The envelope tells all.
    }
}
