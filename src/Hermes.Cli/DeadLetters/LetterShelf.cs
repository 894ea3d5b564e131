using Confluent.Kafka;
using Hermes.Cli.Connections;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.DeadLetters;

/// <summary>The dead letters of one subscription, read from their topic.</summary>
internal sealed class LetterShelf(Installation hermes, SubscriptionName subscription, string topic)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollStep = TimeSpan.FromMilliseconds(200);

    /// <summary>The Kafka topic that they are in.</summary>
    public string Topic => topic;

    /// <exception cref="CommandFailedException">The subscription's extensions cannot be read.</exception>
    public static LetterShelf Of(Installation hermes, RegisteredSubscription subscription) => new(hermes, subscription.Name, TopicOf(hermes, subscription));

    /// <inheritdoc cref="Of"/>
    public static string TopicOf(Installation hermes, RegisteredSubscription subscription) =>
        SubscriptionExtensions.TryRead(subscription.Document, out var extensions, out var fault)
            ? DeadLetterTopics.Of(subscription.Name, extensions.DeadLetter, hermes.Names)
            : throw new CommandFailedException($"{subscription.Name}: {fault}.");

    /// <summary>How many records a dead-letter topic holds; null when there is none.</summary>
    public static Task<long?> CountAsync(Installation hermes, string topic) => hermes.WithKafkaAsync(async kafka =>
    {
        var partitions = await kafka.PartitionsAsync(topic);
        if (partitions.Count == 0)
            return (long?)null;
        var (starts, ends) = (await kafka.StartsAsync(partitions), await kafka.EndsAsync(partitions));
        return ends.Sum(e => e.Offset.Value) - starts.Sum(s => s.Offset.Value);
    });

    /// <summary>The newest letters of the subscription, the oldest of them first. At most so many, and of so many records of each
    /// partition at most.</summary>
    /// <exception cref="CommandFailedException">There is no such topic, or it cannot be read.</exception>
    public async Task<IReadOnlyList<StoredLetter>> NewestAsync(int limit, CancellationToken cancellationToken)
    {
        var (partitions, starts, ends) = await hermes.WithKafkaAsync(async kafka =>
        {
            var found = await kafka.PartitionsAsync(topic);
            if (found.Count == 0)
                throw Missing();
            return (found, await kafka.StartsAsync(found), await kafka.EndsAsync(found));
        });
        var end = ends.ToDictionary(e => e.TopicPartition, e => e.Offset.Value);
        var from = starts.Select(s => new TopicPartitionOffset(s.TopicPartition, Math.Max(s.Offset.Value, end[s.TopicPartition] - limit)))
            .Where(s => s.Offset.Value < end[s.TopicPartition]).ToList();
        var letters = await Task.Run(() => Read(from, end, cancellationToken), cancellationToken);
        return [.. letters.OrderBy(l => l.Account.DiscardedAtMs).ThenBy(l => l.Partition).ThenBy(l => l.Offset).TakeLast(limit)];
    }

    /// <summary>One record; null when it is not there, or is no letter of the subscription.</summary>
    /// <exception cref="CommandFailedException">There is no such topic, or it cannot be read.</exception>
    public async Task<StoredLetter?> FindAsync(int partition, long offset, CancellationToken cancellationToken)
    {
        var at = new TopicPartition(topic, partition);
        var (start, end) = await hermes.WithKafkaAsync(async kafka =>
        {
            if (!(await kafka.PartitionsAsync(topic)).Contains(at))
                throw Missing();
            return ((await kafka.StartsAsync([at]))[0].Offset.Value, (await kafka.EndsAsync([at]))[0].Offset.Value);
        });
        if (offset < start || offset >= end)
            return null;
        var ends = new Dictionary<TopicPartition, long> { [at] = offset + 1 };
        return (await Task.Run(() => Read([new(at, offset)], ends, cancellationToken), cancellationToken)).FirstOrDefault(l => l.Offset == offset);
    }

    private CommandFailedException Missing() => new($"{subscription} has no dead letters: Kafka has no topic {topic}, or not that partition.");

    private List<StoredLetter> Read(List<TopicPartitionOffset> from, Dictionary<TopicPartition, long> ends, CancellationToken cancellationToken)
    {
        List<StoredLetter> letters = [];
        if (from.Count == 0)
            return letters;
        // The group's own name, so that a broker that asks for rights asks for those of a consumer; it is never joined.
        var client = hermes.KafkaClients.Consumer(hermes.Names.ConsumerGroup(subscription));
        client.EnablePartitionEof = true;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(client).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Assign(from);
        var open = from.Select(f => f.TopicPartition).ToHashSet();
        var lastNews = TimeProvider.System.GetTimestamp();
        while (open.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (consumer.Consume(PollStep) is not { } record)
            {
                if (TimeProvider.System.GetElapsedTime(lastNews) > Patience)
                    throw new CommandFailedException($"{topic} cannot be read: nothing came from {hermes.BootstrapServers} for {Patience.TotalSeconds:0} s.");
                continue;
            }
            lastNews = TimeProvider.System.GetTimestamp();
            if (record.IsPartitionEOF || record.Offset.Value >= ends[record.TopicPartition] - 1)
                open.Remove(record.TopicPartition);
            if (!record.IsPartitionEOF && record.Offset.Value < ends[record.TopicPartition] && StoredLetter.From(record, subscription) is { } letter)
                letters.Add(letter);
        }
        return letters;
    }
}
