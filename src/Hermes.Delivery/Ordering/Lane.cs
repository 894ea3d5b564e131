namespace Hermes.Delivery.Ordering;

/// <summary>A lane that has a message: the one whose turn it is, and those behind it.</summary>
internal sealed class Lane(LaneKey key, Parcel head)
{
    public LaneKey Key { get; } = key;

    /// <summary>Its turn lasts until it is settled or dropped.</summary>
    public Parcel Head { get; set; } = head;

    /// <summary>The last in the chain, which may have been dropped.</summary>
    public Parcel Tail { get; set; } = head;

    /// <summary>How many wait behind the head.</summary>
    public int Behind { get; set; }

    /// <summary>Their bytes.</summary>
    public long BehindBytes { get; set; }

    /// <summary>Somebody was refused and wants to hear of room.</summary>
    public bool IsWanted { get; set; }
}
