using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Hermes.Shared.Envelope;

namespace Hermes.Cli.Publishing;

/// <summary>Publishes messages as Hermes's frontend does: in the topic's form, with the id as a header, headers propagated.</summary>
internal sealed class Publisher(string kafkaTopic, IMessageForm form, RecordSettings records, PublishOptions options, Action<string> report, TimeProvider clock)
{
    private static readonly TimeSpan FlushStep = TimeSpan.FromMilliseconds(200);

    private long _published;
    private long _failed;

    /// <summary>Publishes line by line. A line that cannot be is reported by its number; the others are published.</summary>
    public async Task<PublishedCount> PublishAsync(ProducerConfig config, Stream lines, CancellationToken cancellationToken)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        try
        {
            await foreach (var (number, line) in MessageLines.ReadAsync(lines, cancellationToken))
            {
                try
                {
                    await SendAsync(producer, number, ToMessage(line), cancellationToken);
                }
                catch (JsonException e)
                {
                    Fail(number, $"is no JSON, at byte {e.BytePositionInLine + 1}.");
                }
                catch (FormatException e)
                {
                    Fail(number, e.Message);
                }
            }
        }
        finally
        {
            // What was handed over gets its answer, also after an interruption: bounded by the producer's message timeout.
            while (producer.Flush(FlushStep) > 0)
                await Task.Yield();
        }
        return new(Interlocked.Read(ref _published), Interlocked.Read(ref _failed));
    }

    private Message<byte[]?, byte[]> ToMessage(byte[] line)
    {
        if (line.Length > options.MaxMessageSize)
            throw new FormatException($"is too large: {line.Length} bytes, and the topic takes {options.MaxMessageSize}.");
        using var json = JsonDocument.Parse(line); // the whole line, so that nothing is published that is not JSON
        var key = KeyOf(json.RootElement);
        var id = Guid.NewGuid().ToString();
        var timestamp = options.TimestampMs ?? clock.GetUtcNow().ToUnixTimeMilliseconds();
        var headers = new Headers { { records.IdHeader, Encoding.UTF8.GetBytes(id) } };
        foreach (var (name, value) in options.Headers)
            headers.Add(records.HeaderPrefix + name, Encoding.UTF8.GetBytes(value));
        form.AddTo(headers);
        return new()
        {
            Key = key is null ? null : Encoding.UTF8.GetBytes(key),
            Value = form.ToValue(line, json.RootElement, id, timestamp, options.Headers),
            Timestamp = new(timestamp, TimestampType.CreateTime),
            Headers = headers,
        };
    }

    private string? KeyOf(JsonElement message)
    {
        if (options.KeyMember is not { } member)
            return options.Key;
        if (message.ValueKind is not JsonValueKind.Object || !message.TryGetProperty(member, out var value))
            throw new FormatException($"has no member '{member}' for its key.");
        return value.ToString();
    }

    private async Task SendAsync(IProducer<byte[]?, byte[]> producer, long number, Message<byte[]?, byte[]> message, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                producer.Produce(kafkaTopic, message, answer =>
                {
                    if (answer.Error.IsError)
                        Fail(number, $"was not published: {answer.Error.Reason} ({answer.Error.Code}).");
                    else
                        Interlocked.Increment(ref _published);
                });
                return;
            }
            catch (ProduceException<byte[]?, byte[]> e) when (e.Error.Code is ErrorCode.Local_QueueFull)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), clock, cancellationToken); // as fast as the broker takes them
            }
            catch (ProduceException<byte[]?, byte[]> e) when (!e.Error.IsFatal)
            {
                Fail(number, $"was not published: {e.Error.Reason} ({e.Error.Code}).");
                return;
            }
        }
    }

    private void Fail(long number, string reason)
    {
        Interlocked.Increment(ref _failed);
        report($"line {number}: {reason}");
    }
}
