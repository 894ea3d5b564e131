using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Hermes.Faults.Accounts;
using Hermes.Shared.Envelope;
using Hermes.Shared.Kafka;
using Hermes.Testing.Installations;

namespace Hermes.Faults.Loads;

/// <summary>Publishes at a steady rate, and tells the ledger what the broker has taken. A broker that is away is waited for: each
/// message is confirmed in the end.</summary>
internal sealed class Publisher : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private readonly HermesInstallation _hermes;
    private readonly Ledger _ledger;
    private readonly JsonEnvelope _envelope = new();
    private readonly IProducer<byte[], byte[]> _producer;
    private long _published;

    public Publisher(HermesInstallation hermes, Ledger ledger)
    {
        (_hermes, _ledger) = (hermes, ledger);
        var settings = new KafkaClients(hermes.Kafka).Producer();
        settings.StickyPartitioningLingerMs = 0; // spread over the partitions, message by message
        _producer = new ProducerBuilder<byte[], byte[]>(settings).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    /// <summary>Publishes until it is told to stop, then waits until all is confirmed.</summary>
    /// <param name="rate">Messages a second.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(double rate, CancellationToken stop)
    {
        var under = new List<Task>();
        var start = TimeProvider.System.GetTimestamp();
        var sent = 0L;
        using var timer = new PeriodicTimer(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                under.RemoveAll(t => t.IsCompletedSuccessfully);
                for (var due = (long)(TimeProvider.System.GetElapsedTime(start).TotalSeconds * rate); sent < due; sent++)
                    under.Add(PublishAsync());
            }
        }
        catch (OperationCanceledException) { } // enough
        await Task.WhenAll(under);
    }

    /// <summary>Publishes one message, and waits until the broker has it.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> PublishAsync()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"m{Interlocked.Increment(ref _published)}");
        _ledger.Publish(id);
        var now = TimeProvider.System.GetUtcNow();
        var report = await _producer.ProduceAsync(_hermes.KafkaTopic, new()
        {
            Value = _envelope.Wrap(Encoding.UTF8.GetBytes($$"""{"number":"{{id}}"}"""), id, now.ToUnixTimeMilliseconds(), []),
            Headers = new() { { "id", Encoding.UTF8.GetBytes(id) } },
            Timestamp = new(now),
        }, CancellationToken.None);
        _ledger.Confirm(id, report.Partition.Value, report.Offset.Value);
        return id;
    }

    public void Dispose() => _producer.Dispose();
}
