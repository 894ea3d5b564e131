namespace Hermes.KafkaEmulator.Groups;

/// <summary>Where a classic group stands; the names are Kafka's and go over the wire.</summary>
internal enum GroupState
{
    /// <summary>No members; it may hold offsets.</summary>
    Empty,

    /// <summary>Members are awaited to join the next generation.</summary>
    PreparingRebalance,

    /// <summary>The generation stands; its leader's assignment is awaited.</summary>
    CompletingRebalance,

    /// <summary>Every member has, or can fetch, its assignment.</summary>
    Stable,

    /// <summary>There is no such group.</summary>
    Dead,
}
