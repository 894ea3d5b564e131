using System.Text.Json;
using Confluent.Kafka;

namespace Hermes.Cli.Publishing;

/// <summary>How a topic's messages stand in Kafka's records.</summary>
internal interface IMessageForm
{
    /// <summary>The record's value.</summary>
    /// <param name="line">The message as it was given.</param>
    /// <param name="message">The same, read.</param>
    /// <param name="id">Its id.</param>
    /// <param name="timestampMs">Its time, Unix milliseconds.</param>
    /// <param name="headers">What subscribers get as headers.</param>
    /// <exception cref="FormatException">It does not fit; says why.</exception>
    byte[] ToValue(byte[] line, JsonElement message, string id, long timestampMs, IReadOnlyList<KeyValuePair<string, string>> headers);

    /// <summary>Adds what readers of the value need.</summary>
    void AddTo(Headers record);
}
