using Hermes.Delivery.Ordering;
using Hermes.Delivery.Retries;
using Hermes.Delivery.Sending;

namespace Hermes.Delivery;

/// <summary>One accepted message until it is settled: where it stands, and what its attempts have come to.</summary>
/// <remarks>Its owner's lock guards every member, except while it is <see cref="ParcelState.OnWire"/>: then its attempt has it.</remarks>
internal sealed class Parcel(SubscriptionDelivery owner, Message message, int size, long acceptedAt, long number) : ITimed
{
    public Message Message { get; } = message;

    /// <summary>The bytes that it takes up.</summary>
    public int Size { get; } = size;

    /// <summary>The lane in which it stands; null in an unordered subscription, and once it has left.</summary>
    public Lane? Lane { get; set; }

    /// <summary>The next in its lane.</summary>
    public Parcel? After { get; set; }

    /// <summary>The timestamp before which it is not sent, for its subscription's sending delay.</summary>
    public long NotBefore { get; init; }

    /// <summary>When it was accepted, as a timestamp.</summary>
    public long AcceptedAt { get; } = acceptedAt;

    /// <summary>When it got its place in the window, as a timestamp: with its first attempt, and the time to live runs from here.</summary>
    public long BegunAt { get; set; }

    /// <summary>How many messages the subscription had accepted before this one.</summary>
    public long Number { get; } = number;

    public ParcelState State { get; set; } = ParcelState.Waiting;

    /// <summary>Attempts made.</summary>
    public int Attempts { get; set; }

    public bool PassedFilters { get; set; }

    /// <summary>It has its place in the window: it was taken out of the queue of fresh messages.</summary>
    public bool Begun { get; set; }

    /// <summary>Its partition was revoked, or the process lets go: nothing more is reported of it.</summary>
    public bool Abandoned { get; set; }

    /// <summary>The pace's era in which the attempt on the wire began.</summary>
    public int Era { get; set; }

    /// <summary>The pace's window in which its last failure counted.</summary>
    public int FailedIn { get; set; }

    /// <summary>When it failed last, as a timestamp.</summary>
    public long FailedAt { get; set; }

    /// <summary>What the attempt that just ended says of the endpoint; null while it says nothing.</summary>
    public bool? Succeeded { get; set; }

    /// <summary>Its partition is to be given back: the attempt on the wire is the last one here.</summary>
    public bool Released { get; set; }

    /// <summary>Its attempt was cut off because it took too long.</summary>
    public bool TimedOut { get; set; }

    /// <summary>It was named in the log as the one that holds up the subscription.</summary>
    public bool Named { get; set; }

    /// <summary>The timestamp at which the attempt on the wire is cut off.</summary>
    public long Deadline { get; set; }

    /// <summary>The pause before the next attempt; null before the first failure.</summary>
    public TimeSpan? Backoff { get; set; }

    /// <summary>Which targets of a broadcast are done with it; null before the first attempt.</summary>
    public ReachedTargets? Reached { get; set; }

    /// <summary>Neighbours in the owner's list of unsettled deliveries.</summary>
    public Parcel? Previous { get; set; }

    public Parcel? Next { get; set; }

    /// <summary>Cuts the attempt on the wire off; null while there is none. Taken under the lock, so that a late cut meets no other attempt.</summary>
    public CancellationTokenSource? Abort { get; set; }

    public void Due() => owner.Wake(this);
}
