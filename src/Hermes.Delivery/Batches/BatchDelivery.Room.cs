using Hermes.Delivery.Memory;

namespace Hermes.Delivery.Batches;

/// <content>How much it may hold, by count and by bytes.</content>
internal sealed partial class BatchDelivery
{
    private long _bytes;
    private int _wantedBytes;
    private bool _awaitsBytes;

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

    /// <summary>How many accepted messages are kept ready behind the batches: enough for the time in which the intake's thread wakes.</summary>
    private static int ReadyAhead(DeliveryPlan plan) => Math.Clamp(plan.Batch!.Size, 8, 256);

    /// <summary>Under the lock. One message is always taken; one batch's bytes may be ready, where the budgets of bytes allow it.</summary>
    private bool HasRoomFor(int size) =>
        HasBytesFor(size) && (_readyCount == 0 || (_readyCount < ReadyAhead(_plan) && _readyBytes < _plan.Batch!.Volume));

    // Whoever holds nothing may take one message, however large. A batch that cannot be filled for want of bytes goes at its time.
    private bool HasBytesFor(int size)
    {
        if (_unsettled == 0) return true;
        if (_bytes + size > _engine.Options.BytesPerSubscription) return false;
        if (_engine.Bytes.Fits(size, _bytes)) return true;
        if (!_awaitsBytes) _engine.Bytes.Await(this);
        _awaitsBytes = true;
        return false;
    }

    /// <summary>Under the lock: whether the intake, which was refused, has to be told now that there is room.</summary>
    private bool TakeRoomNotice()
    {
        if (!_roomWanted || _closed || _readyCount > ReadyAhead(_plan) / 2 || (_readyCount > 0 && _readyBytes > _plan.Batch!.Volume / 2)
            || !HasBytesFor(_wantedBytes)) return false;
        _roomWanted = false;
        return true;
    }

    // Under the lock: it is in the books.
    private void Came(BatchParcel parcel)
    {
        _unsettled++;
        _bytes += parcel.Size;
        _engine.Bytes.Take(parcel.Size);
    }

    // Under the lock: it is out of the books.
    private void Gone(BatchParcel parcel)
    {
        _unsettled--;
        _bytes -= parcel.Size;
        _engine.Bytes.Return(parcel.Size);
        if (_closed && _unsettled == 0) _empty.TrySetResult();
    }
}
