using Confluent.Kafka;
using Hermes.Delivery;

namespace Hermes.Worker.Consumer.Intake;

/// <summary>A message that has to wait for others of its lane, and finds no room behind them, waits here: its partition is paused, the
/// others go on.</summary>
internal sealed partial class SubscriptionIntake
{
    private readonly List<Message> _parked = [];

    /// <returns>False when there is no room for any message.</returns>
    private bool Offer(Message message)
    {
        if (IsParked(new(message.KafkaTopic, message.Partition)))
        {
            _parked.Add(message); // one that was under way when its partition was paused
            return true;
        }
        switch (_delivery.Offer(message))
        {
            case Acceptance.Taken:
                return true;
            case Acceptance.LaneFull:
                _parked.Add(message);
                _consumer.Pause([new(message.KafkaTopic, message.Partition)]);
                return true;
            default:
                return false;
        }
    }

    private void OfferParked()
    {
        for (var i = 0; i < _parked.Count;)
        {
            var message = _parked[i];
            var partition = new TopicPartition(message.KafkaTopic, message.Partition);
            // The partition's first goes first.
            if (_parked.FindIndex(m => IsOf(m, partition)) < i || _delivery.Offer(message) is not Acceptance.Taken)
            {
                i++;
                continue;
            }
            _parked.RemoveAt(i);
            if (!_isPaused)
                Resume([partition]);
        }
    }

    private bool IsParked(TopicPartition partition) => _parked.Count > 0 && _parked.Exists(m => IsOf(m, partition));

    private static bool IsOf(Message message, TopicPartition partition) =>
        message.Partition == partition.Partition.Value && message.KafkaTopic == partition.Topic;
}
