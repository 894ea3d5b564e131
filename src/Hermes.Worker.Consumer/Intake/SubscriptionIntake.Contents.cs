using Confluent.Kafka;
using Hermes.Delivery;
using Hermes.Intake.Contents;

namespace Hermes.Worker.Consumer.Intake;

/// <summary>What becomes of records once they are read, and of those that wait for a schema.</summary>
internal sealed partial class SubscriptionIntake
{
    private void ReadAgain()
    {
        var free = _contents.ReadAgain(Deliver);
        if (free.Count > 0 && !_isPaused)
            Resume(free);
    }

    private void Deliver(ReadRecord read)
    {
        if (read.Message is not { } message)
            return;
        if (message.Fault is not null)
            _metrics.Discarded(Name);
        if (_held.Count > 0 || !Offer(message))
            Hold(message);
    }

    private void Hold(Message message)
    {
        if (_held.Count == 0)
            _blockedSince = _clock.GetTimestamp();
        _held.Enqueue(message);
    }

    /// <summary>Forgets what waits of old epochs. A partition that goes on in a new one is read again.</summary>
    private void ForgetOldEpochs()
    {
        var gone = _contents.Forget(l => Find(l.Topic, l.Partition) is { } now && ReferenceEquals(now, l));
        if (!_isPaused && gone.Where(p => Find(p.Topic, p.Partition.Value) is not null).ToList() is { Count: > 0 } ours)
            Resume(ours);
    }

    /// <summary>Reads on, but for what waits for a schema or for room in its lane.</summary>
    private void Resume(IEnumerable<TopicPartition> partitions) =>
        _consumer.Resume(partitions.Where(p => !IsParked(p) && !_contents.Holds(p.Topic, p.Partition.Value)));
}
