namespace Hermes.Delivery.DeadLetters;

/// <content>Partitions that go, and their letters.</content>
internal sealed partial class DeadLetterDelivery
{
    private readonly Dictionary<(string Topic, int Partition), int> _released = []; // to the newest epoch that is being given back

    /// <inheritdoc/>
    public void Abandon(string kafkaTopic, int partition, int epoch)
    {
        _inner.Abandon(kafkaTopic, partition, epoch);
        bool room;
        lock (_gate)
        {
            _released.Remove((kafkaTopic, partition));
            Drop(letter => IsOf(letter.Message, kafkaTopic, partition, epoch));
            room = TakeRoomNotice();
        }

        if (room) _roomAgain();
    }

    /// <inheritdoc/>
    public void Release(string kafkaTopic, int partition, int epoch)
    {
        lock (_gate)
        {
            // What is on the wire may still be discarded: its letter is then on its way in place of it.
            _released[(kafkaTopic, partition)] = epoch;
            Drop(letter => !letter.OnWay && IsOf(letter.Message, kafkaTopic, partition, epoch));
        }

        _inner.Release(kafkaTopic, partition, epoch);
    }

    /// <inheritdoc/>
    public int Releasing
    {
        get
        {
            lock (_gate) return _inner.Releasing + (_released.Count == 0 ? 0 : _held.Count(letter => IsReleased(letter.Message)));
        }
    }

    private bool IsReleased(Message message) =>
        _released.TryGetValue((message.KafkaTopic, message.Partition), out var epoch) && message.Epoch <= epoch;

    private static bool IsOf(Message message, string kafkaTopic, int partition, int epoch) =>
        message.Partition == partition && message.Epoch <= epoch && string.Equals(message.KafkaTopic, kafkaTopic, StringComparison.Ordinal);
}
