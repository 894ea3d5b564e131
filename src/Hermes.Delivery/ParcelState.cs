namespace Hermes.Delivery;

/// <summary>Where an accepted message stands.</summary>
internal enum ParcelState
{
    /// <summary>In the queue for the next free moment of the pace.</summary>
    Waiting,

    /// <summary>An attempt is under way.</summary>
    OnWire,

    /// <summary>In the timetable: before its sending delay or its next attempt.</summary>
    Resting,

    /// <summary>Behind others of its lane, which have to be settled first.</summary>
    Behind,

    /// <summary>Settled or dropped; queues and timetable may still hold it and pass over it.</summary>
    Gone,
}
