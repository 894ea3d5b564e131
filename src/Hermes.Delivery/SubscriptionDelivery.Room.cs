using Hermes.Delivery.Memory;
using Hermes.Delivery.Ordering;

namespace Hermes.Delivery;

/// <content>How much it may hold: by count, by bytes, and for each lane.</content>
public sealed partial class SubscriptionDelivery
{
    // What a message takes up beside its body: its objects, headers and places in the books, about.
    private const int MessageOverhead = 512;

    // So many full lanes, and no more waits behind others.
    private const int FullLanes = 8;

    private long _bytes;
    private int _wantedBytes;
    private bool _awaitsBytes;

    /// <summary>The bytes of its unsettled messages.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Under the lock: messages that could be sent now, and have no place in the window yet.</summary>
    private int Ready => _unsettled - _begun - (_lanes?.Behind ?? 0);

    /// <summary>Called once the process as a whole has room, after it had none.</summary>
    void IAwaitsBytes.RoomInProcess()
    {
        bool room;
        lock (_gate)
        {
            _awaitsBytes = false;
            room = TakeRoomNotice();
        }

        if (room) _roomAgain();
    }

    /// <summary>How many messages may wait behind the head of one lane: as many as may be under way in all.</summary>
    private static int LaneShare(DeliveryPlan plan) => plan.Window;

    private bool HasRoomBehind(Lane lane, int size, DeliveryPlan plan) =>
        lane.Behind == 0 || (lane.Behind < LaneShare(plan) && _lanes!.Behind < FullLanes * LaneShare(plan)
            && lane.BehindBytes + size <= _engine.Options.BytesPerSubscription / FullLanes);

    /// <summary>Under the lock. Whoever holds nothing may take one message, however large.</summary>
    private bool HasBytesFor(int size)
    {
        if (_unsettled == 0) return true;
        if (_bytes + size > _engine.Options.BytesPerSubscription) return false;
        if (_engine.Bytes.Fits(size, _bytes)) return true;
        if (!_awaitsBytes) _engine.Bytes.Await(this);
        _awaitsBytes = true;
        return false;
    }

    private void TakeBytes(Parcel parcel)
    {
        _bytes += parcel.Size;
        _engine.Bytes.Take(parcel.Size);
    }

    private void ReturnBytes(Parcel parcel)
    {
        _bytes -= parcel.Size;
        _engine.Bytes.Return(parcel.Size);
    }
}
