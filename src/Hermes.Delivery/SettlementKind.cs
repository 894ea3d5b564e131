namespace Hermes.Delivery;

/// <summary>The ends that a message can come to.</summary>
public enum SettlementKind
{
    /// <summary>An endpoint answered 2xx.</summary>
    Delivered,

    /// <summary>A filter of the subscription left it out.</summary>
    Filtered,

    /// <summary>It was refused for good, or its time to live ran out.</summary>
    Discarded,
}
