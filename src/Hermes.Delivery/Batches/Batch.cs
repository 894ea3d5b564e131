namespace Hermes.Delivery.Batches;

/// <summary>Messages that go out in one request. Its owner's lock guards it, but while it is <see cref="OnWire"/> its messages stay as they are.</summary>
internal sealed class Batch(BatchPlan plan)
{
    /// <summary>What a message needs beside itself: the bracket or comma before it, and the closing bracket.</summary>
    public const int Overhead = 2;

    private readonly List<BatchParcel> _parcels = [];

    /// <summary>The same at each attempt; a part of a split batch is another batch.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    public IReadOnlyList<BatchParcel> Parcels => _parcels;

    /// <summary>Bytes of its body but for the closing bracket.</summary>
    public int Used { get; private set; }

    /// <summary>It takes no more: it is full, or a message that did not fit waits behind it.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The timestamp at which it is due: before its first attempt, to be sent as it is; after a failure, to be sent again.</summary>
    public required long Due { get; set; }

    /// <summary>When its first attempt began, as a timestamp; the time to live runs from here.</summary>
    public long? FirstAttemptAt { get; set; }

    /// <summary>Attempts made.</summary>
    public int Attempts { get; set; }

    /// <summary>An attempt is under way.</summary>
    public bool OnWire { get; set; }

    /// <summary>Its attempt was cut off because it took too long.</summary>
    public bool TimedOut { get; set; }

    /// <summary>The timestamp at which the attempt on the wire is cut off.</summary>
    public long Deadline { get; set; }

    /// <summary>Cuts the attempt on the wire off.</summary>
    public CancellationTokenSource? Abort { get; set; }

    /// <summary>Whether there is room for a message of this length.</summary>
    public bool Fits(int length) => length <= plan.Volume - Used - Overhead;

    /// <summary>Adds a measured message that fits.</summary>
    public void Add(BatchParcel parcel)
    {
        _parcels.Add(parcel);
        Used += parcel.Length + 1;
        if (_parcels.Count >= plan.Size || plan.Volume - Used < Overhead) IsClosed = true;
    }

    /// <summary>Takes out what is abandoned.</summary>
    /// <returns>Whether anything is left.</returns>
    public bool Compact()
    {
        _parcels.RemoveAll(static parcel => parcel.Abandoned);
        Used = _parcels.Sum(static parcel => parcel.Length + 1);
        return _parcels.Count > 0;
    }

    /// <summary>Two batches of its halves, in order, due at once.</summary>
    public (Batch First, Batch Second) Halve()
    {
        var middle = _parcels.Count / 2;
        return (Part(_parcels[..middle]), Part(_parcels[middle..]));
    }

    private Batch Part(List<BatchParcel> parcels)
    {
        var part = new Batch(plan) { Due = long.MinValue };
        foreach (var parcel in parcels) part.Add(parcel);
        part.IsClosed = true;
        return part;
    }
}
