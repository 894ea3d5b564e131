using Confluent.Kafka;
using Hermes.Shared.Kafka;
using Hermes.Shared.Registry;

namespace Hermes.Shared.Jobs;

/// <summary>Works out which offsets a replay is about.</summary>
public sealed class ReplayPlanner(RewindPlanner starts, KafkaAdministration kafka)
{
    // The timestamps of records are whole milliseconds.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>The ranges of all partitions that the request is about.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="subscription">Whose it is.</param>
    /// <param name="topic">The subscription's topic.</param>
    /// <param name="createdAt">When the job was created: what a duration is counted back from.</param>
    /// <exception cref="JobRefusedException">There is no such partition, or no record in the range.</exception>
    /// <exception cref="KafkaException">The broker refuses, or cannot be reached.</exception>
    public async Task<IReadOnlyList<ReplayRange>> PlanAsync(JobRequest request, RegisteredSubscription subscription, RegisteredTopic topic, DateTimeOffset createdAt)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(subscription);
        var moves = request.Document.Source == JobSources.DeadLetters
            ? await starts.PlanAsync(request, starts.DeadLetterTopic(subscription), createdAt)
            : await starts.PlanAsync(request, topic, createdAt);
        var last = await EndsAsync(request.Document.Until, moves);
        List<ReplayRange> ranges = [.. moves.Select(m =>
        {
            var end = m.To + m.Messages;
            return new ReplayRange(m.Topic, m.Partition, m.To, Math.Clamp(last.GetValueOrDefault((m.Topic, m.Partition), end), m.To, end), m.To);
        })];
        return ranges.TrueForAll(r => r.End == r.First)
            ? throw new JobRefusedException("There is no record in the range that is asked for.")
            : ranges;
    }

    private async Task<Dictionary<(string, int), long>> EndsAsync(JobUntil? until, IReadOnlyList<PartitionMove> moves)
    {
        if (until?.Offsets is { } offsets)
        {
            var given = offsets.SelectMany(t => t.Value.Select(p => (Partition: (t.Key, p.Key), End: p.Value + 1))).ToDictionary(p => p.Partition, p => p.End);
            return given.Keys.Except(moves.Select(m => (m.Topic, m.Partition))).ToList() is [var (name, partition), ..]
                ? throw new JobRefusedException($"until.offsets names {name}[{partition}], which is no partition of this replay.")
                : given;
        }
        if (until?.Time is not { } time)
            return [];
        var found = await kafka.OffsetsAtAsync([.. moves.Select(m => new TopicPartition(m.Topic, m.Partition))], time + Tick);
        return found.ToDictionary(o => (o.Topic, o.Partition.Value), o => o.Offset.Value);
    }
}
