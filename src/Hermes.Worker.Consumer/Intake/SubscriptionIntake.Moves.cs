using Confluent.Kafka;
using Hermes.Delivery;
using Hermes.Intake.Offsets;
using Hermes.Worker.Consumer.Offsets;

namespace Hermes.Worker.Consumer.Intake;

/// <summary>Moves: a partition goes on from another offset, as a retransmission orders.</summary>
internal sealed partial class SubscriptionIntake
{
    // The order is given again sooner, unless it was withdrawn.
    private static readonly TimeSpan MoveRest = TimeSpan.FromSeconds(2);

    /// <summary>Moves a partition: what was read ahead and what waits is dropped, the epoch rises, reading goes on from the
    /// offset, and the group is told. On the intake thread, which waits for none of it.</summary>
    /// <returns>Whether the group has committed the move in its present generation. False: it is not ours, not now, or not
    /// any more; nothing is owed then, and it may be tried again.</returns>
    public Task<bool> Move(string topic, int partition, long offset)
    {
        if (_isStopping || _handOver is not null || Find(topic, partition) is not { } before)
            return Task.FromResult(false);
        // Commits that are under way must be over, or one of them could land after ours.
        if (before.InFlight is not null)
        {
            LetRest(before, MoveRest);
            return Task.FromResult(false);
        }
        try
        {
            _consumer.Seek(new(topic, partition, offset)); // also drops what was read ahead (I4)
        }
        catch (KafkaException e)
        {
            Log.KafkaError(_logger, Name, e.Error.Reason);
            return Task.FromResult(false);
        }
        var after = new PartitionLedger(topic, partition, Interlocked.Increment(ref _lastEpoch), offset, SettledRuns.None)
        {
            LastCommitted = default,
            Confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously),
        };
        _ledgers = [.. _ledgers.Select(l => ReferenceEquals(l, before) ? after : l)];
        _delivery.Abandon(topic, partition, before.Epoch);
        DropHeldOfOldEpochs();
        ForgetOldEpochs();
        before.Confirmed?.TrySetResult(false);
        Log.Moved(_logger, Name, topic, partition, offset);
        CommitLater();
        // Who waits for the move looks for it among the group's commits: it must stand there for a while.
        LetRest(after, _options.CommitInterval);
        return after.Confirmed.Task;
    }

    private void LetRest(PartitionLedger ledger, TimeSpan time) => ledger.RestsUntil = _clock.GetTimestamp() + (long)(time.TotalSeconds * _clock.TimestampFrequency);

    private void DropHeldOfOldEpochs() => DropHeld(m => Find(m.KafkaTopic, m.Partition)?.Epoch != m.Epoch);

    private void DropHeld(Predicate<Message> isGone)
    {
        foreach (var gone in _parked.Where(m => isGone(m)).Select(m => new TopicPartition(m.KafkaTopic, m.Partition)).Distinct().ToList())
        {
            _parked.RemoveAll(m => isGone(m) && IsOf(m, gone));
            if (!_isPaused && _handOver is null && Find(gone.Topic, gone.Partition.Value) is not null)
                Resume([gone]);
        }
        for (var i = _held.Count; i > 0; i--)
        {
            var message = _held.Dequeue();
            if (!isGone(message))
                _held.Enqueue(message);
        }
    }
}
