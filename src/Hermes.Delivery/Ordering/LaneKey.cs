using Hermes.Shared.Registry;

namespace Hermes.Delivery.Ordering;

/// <summary>What messages of one lane have in common: their key, wherever it was read, or their partition.</summary>
internal readonly struct LaneKey : IEquatable<LaneKey>
{
    private readonly byte[]? _key;
    private readonly string? _topic;
    private readonly int _partition;

    private LaneKey(byte[]? key, string? topic, int partition) => (_key, _topic, _partition) = (key, topic, partition);

    /// <summary>The lane of a message; null when it has none and may go at any time.</summary>
    public static LaneKey? Of(Message message, DeliveryOrder order) => order switch
    {
        DeliveryOrder.Key => message.Key is { } key ? new(key, topic: null, 0) : null,
        DeliveryOrder.Partition => new(key: null, message.KafkaTopic, message.Partition),
        _ => null,
    };

    public bool Equals(LaneKey other) => _partition == other._partition && string.Equals(_topic, other._topic, StringComparison.Ordinal)
        && (_key is null ? other._key is null : other._key is not null && _key.AsSpan().SequenceEqual(other._key));

    public override bool Equals(object? obj) => obj is LaneKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(_partition);
        hash.Add(_topic, StringComparer.Ordinal);
        hash.AddBytes(_key);
        return hash.ToHashCode();
    }
}
