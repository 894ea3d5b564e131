namespace Hermes.Delivery.Ordering;

/// <summary>
/// The order of a subscription: of one lane only one message is under way, the others wait behind it. A lane exists while it has a
/// message. Not thread-safe: its owner locks.
/// </summary>
internal sealed class Lanes
{
    private readonly Dictionary<LaneKey, Lane> _lanes = [];

    /// <summary>Messages that wait behind others, in all lanes.</summary>
    public int Behind { get; private set; }

    /// <summary>Lanes that have a message.</summary>
    public int Count => _lanes.Count;

    /// <summary>A lane where somebody was refused has room again, since this was last set to false.</summary>
    public bool HasNews { get; set; }

    public Lane? Find(LaneKey key) => _lanes.GetValueOrDefault(key);

    /// <summary>Puts a message into its lane.</summary>
    /// <param name="parcel">The message; in no lane yet.</param>
    /// <param name="key">Its lane's.</param>
    /// <param name="lane">The lane, where it has one already.</param>
    /// <returns>Whether it is its turn.</returns>
    public bool Enter(Parcel parcel, LaneKey key, Lane? lane)
    {
        if (lane is null)
        {
            _lanes[key] = parcel.Lane = new(key, parcel);
            return true;
        }

        parcel.Lane = lane;
        lane.Tail.After = parcel;
        lane.Tail = parcel;
        lane.Behind++;
        lane.BehindBytes += parcel.Size;
        Behind++;
        return false;
    }

    /// <summary>Takes a message out that is settled or dropped.</summary>
    /// <param name="parcel">The message.</param>
    /// <param name="share">How many may wait behind the head of one lane.</param>
    /// <returns>The one whose turn it is now, where that has changed.</returns>
    public Parcel? Leave(Parcel parcel, int share)
    {
        var lane = parcel.Lane!;
        parcel.Lane = null;
        if (!ReferenceEquals(lane.Head, parcel))
        {
            // It stays in the chain, and is passed over.
            LeaveChain(lane, parcel, share);
            return null;
        }

        var next = Next(parcel);
        while (next is { Lane: null }) next = Next(next);
        if (next is null)
        {
            _lanes.Remove(lane.Key);
            HasNews |= lane.IsWanted;
            return null;
        }

        lane.Head = next;
        LeaveChain(lane, next, share);
        return next;
    }

    private static Parcel? Next(Parcel parcel)
    {
        var next = parcel.After;
        parcel.After = null;
        return next;
    }

    private void LeaveChain(Lane lane, Parcel parcel, int share)
    {
        lane.Behind--;
        lane.BehindBytes -= parcel.Size;
        Behind--;
        if (!lane.IsWanted || lane.Behind > share / 2) return;
        lane.IsWanted = false;
        HasNews = true;
    }
}
