using System.Collections.Concurrent;

namespace Hermes.Delivery.Memory;

/// <summary>The bytes of messages that all subscriptions of a process hold. Thread-safe.</summary>
/// <remarks>
/// One half is for whoever comes first, so that a few busy subscriptions have what they need. The other half is parted evenly, so that
/// those who came first leave something to each. Whoever holds nothing is never refused, however large its message: so nobody waits
/// for ever, and the bound may be passed by one message for each subscription.
/// </remarks>
internal sealed class ByteBudget(long most)
{
    private readonly ConcurrentQueue<IAwaitsBytes> _waiting = new();
    private long _taken;
    private int _sharers;

    /// <summary>The bytes that are held.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>How many subscriptions part it.</summary>
    public void Sharers(int change) => Interlocked.Add(ref _sharers, change);

    /// <summary>Whether a subscription that holds <paramref name="own"/> bytes may hold so many more.</summary>
    public bool Fits(long size, long own) => Taken + size <= most / 2 || own + size <= most / 2 / Math.Max(Volatile.Read(ref _sharers), 1);

    /// <summary>Takes bytes, which is always possible: who asks <see cref="Fits"/> keeps within the bound.</summary>
    public void Take(long size) => Interlocked.Add(ref _taken, size);

    /// <summary>Gives bytes back.</summary>
    public void Return(long size) => Interlocked.Add(ref _taken, -size);

    /// <summary>Has a subscription that was refused hear of room.</summary>
    public void Await(IAwaitsBytes delivery) => _waiting.Enqueue(delivery);

    /// <summary>Tells those who wait, once there is a good deal of room. Not under anybody's lock.</summary>
    public void Notify()
    {
        if (_waiting.IsEmpty || Taken > most / 8 * 3) return;
        for (var count = _waiting.Count; count > 0 && _waiting.TryDequeue(out var delivery); count--) delivery.RoomInProcess();
    }
}
