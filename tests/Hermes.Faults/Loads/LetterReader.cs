using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Hermes.Faults.Accounts;
using Hermes.Faults.Links;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Testing.Installations;

namespace Hermes.Faults.Loads;

/// <summary>Reads the dead-letter topic of a subscription while it is written: each letter goes into the ledger.</summary>
internal sealed class LetterReader
{
    private const int Partitions = 2;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly HermesInstallation _hermes;
    private readonly Ledger _ledger;
    private readonly Findings _findings;
    private readonly Switchboard _board;
    private readonly SubscriptionName _subscription;
    private readonly string _topic;

    private LetterReader(HermesInstallation hermes, Ledger ledger, Findings findings, Switchboard board, SubscriptionName subscription) =>
        (_hermes, _ledger, _findings, _board, _subscription, _topic) = (hermes, ledger, findings, board, subscription, DeadLetterTopics.Of(subscription, null, hermes.Names));

    /// <summary>Makes the topic, so that it can be read from the start on.</summary>
    public static async Task<LetterReader> CreateAsync(HermesInstallation hermes, Ledger ledger, Findings findings, Switchboard board, SubscriptionName subscription)
    {
        var reader = new LetterReader(hermes, ledger, findings, board, subscription);
        await hermes.Administration.CreateTopicAsync(reader._topic, Partitions, 1, new Dictionary<string, string>(StringComparer.Ordinal));
        return reader;
    }

    /// <summary>Reads until it is told to stop, and then what is there until the end.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var settings = new KafkaClients(_hermes.Kafka).Consumer("letters-of-the-conductor"); // never joined
        using var consumer = new ConsumerBuilder<byte[], byte[]>(settings).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        var next = Enumerable.Range(0, Partitions).ToDictionary(p => p, _ => 0L);
        consumer.Assign(next.Keys.Select(p => new TopicPartitionOffset(_topic, p, Offset.Beginning)));
        while (!stop.IsCancellationRequested)
            await Task.Run(() => ReadOne(consumer, next), CancellationToken.None);
        var ends = await Stubborn.DoAsync(async () => await _hermes.Administration.EndsAsync(await _hermes.Administration.PartitionsAsync(_topic)), "the ends of the letters", CancellationToken.None);
        for (var start = TimeProvider.System.GetTimestamp(); ends.Any(e => next[e.Partition.Value] < e.Offset.Value);)
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"{_topic} could not be read to its end within {Patience.TotalSeconds:0} s.");
            await Task.Run(() => ReadOne(consumer, next), CancellationToken.None);
        }
    }

    private void ReadOne(IConsumer<byte[], byte[]> consumer, Dictionary<int, long> next)
    {
        ConsumeResult<byte[], byte[]>? record;
        try
        {
            record = consumer.Consume(Look);
        }
        catch (ConsumeException)
        {
            return; // the broker is away; what is there is read once it is back
        }
        if (record is null)
            return;
        next[record.Partition.Value] = record.Offset.Value + 1;
        var id = record.Message.Headers.TryGetLastBytes("id", out var bytes) ? Encoding.UTF8.GetString(bytes) : "";
        if (LetterAccount.Read(record.Message.Headers) is { } account && account.Subscription == _subscription.ToString())
            _ledger.Letter(_subscription.Name, id, account, WriterOf(account));
        else
            _findings.Add("letters that are not the subscription's", $"{_topic}, partition {record.Partition.Value}, offset {record.Offset.Value}: '{id}'");
    }

    private Origin WriterOf(LetterAccount account) =>
        account.DiscardedBy.Split('/') is [_, var process] && int.TryParse(process, CultureInfo.InvariantCulture, out var id) ? _board.OriginOfProcess(id) : Origin.Elsewhere;
}
