using Confluent.Kafka;
using Hermes.Faults.Accounts;
using Hermes.Shared.Kafka;
using Hermes.Testing.Installations;

namespace Hermes.Faults.Loads;

/// <summary>Publishes to one topic at a steady rate, and tells the topic's ledger what the broker has taken. A broker that is away is
/// waited for: each message is confirmed in the end.</summary>
internal sealed class Publisher : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private readonly string _topic;
    private readonly Ledger _ledger;
    private readonly Func<long, Outgoing> _make;
    private readonly IProducer<byte[], byte[]> _producer;
    private long _published;

    /// <param name="hermes">Whose topic it is.</param>
    /// <param name="topic">Its name in Kafka.</param>
    /// <param name="ledger">The topic's ledger.</param>
    /// <param name="make">Makes the message of a number.</param>
    public Publisher(HermesInstallation hermes, string topic, Ledger ledger, Func<long, Outgoing> make)
    {
        (_topic, _ledger, _make) = (topic, ledger, make);
        var settings = new KafkaClients(hermes.Kafka).Producer();
        settings.StickyPartitioningLingerMs = 0; // what has no key is spread over the partitions, message by message
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

    /// <summary>Publishes one message that no endpoint refuses, and waits until the broker has it.</summary>
    public async Task<Message> PublishWelcomeAsync()
    {
        while (true)
        {
            if (await PublishAsync() is { Refusal: null } message)
                return message;
        }
    }

    public void Dispose() => _producer.Dispose();

    private async Task<Message> PublishAsync()
    {
        var (message, record) = _make(Interlocked.Increment(ref _published));
        _ledger.Publish(message);
        while (true)
        {
            try
            {
                var report = await _producer.ProduceAsync(_topic, record, CancellationToken.None);
                _ledger.Confirm(message.Id, report.Partition.Value, report.Offset.Value);
                return message;
            }
            catch (ProduceException<byte[], byte[]> e) when (!e.Error.IsFatal)
            {
                await Task.Delay(Beat, TimeProvider.System); // a broker whose disk is full: it has not taken it
            }
        }
    }
}
