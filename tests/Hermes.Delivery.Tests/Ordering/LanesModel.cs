using FsCheck.Xunit;
using Hermes.Delivery.Ordering;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.Tests.Ordering;

/// <summary>Lanes beside a model of one list for each key.</summary>
public sealed class LanesModel
{
    private const int Keys = 4;
    private const int Share = 4;

    [Property(MaxTest = 500)]
    public void Of_each_lane_the_oldest_that_is_left_has_its_turn_and_idle_lanes_are_forgotten(byte[] steps)
    {
        var lanes = new Lanes();
        var model = Enumerable.Range(0, Keys).Select(_ => new List<Parcel>()).ToArray();
        var number = 0;
        foreach (var step in steps)
        {
            var list = model[step % Keys];
            var key = new byte[] { (byte)(step % Keys) };
            if (step / Keys % 3 < 2 || list.Count == 0)
            {
                var message = DeliveryRig.Message(number++, key: key);
                var lane = lanes.Find(LaneKey.Of(message, DeliveryOrder.Key)!.Value);
                Assert.Equal(list.Count > 0, lane is not null);
                var parcel = new Parcel(null!, message, size: 10, acceptedAt: 0, number);
                Assert.Equal(list.Count == 0, lanes.Enter(parcel, LaneKey.Of(message, DeliveryOrder.Key)!.Value, lane));
                list.Add(parcel);
            }
            else
            {
                // The head is settled, or any is dropped.
                var at = step / (Keys * 3) % list.Count;
                var next = lanes.Leave(list[at], Share);
                list.RemoveAt(at);
                Assert.Same(at == 0 ? list.FirstOrDefault() : null, next);
            }

            Assert.Equal(model.Sum(one => Math.Max(one.Count - 1, 0)), lanes.Behind);
            Assert.Equal(model.Count(one => one.Count > 0), lanes.Count);
            foreach (var one in model.Where(one => one.Count > 0))
            {
                var lane = lanes.Find(LaneKey.Of(one[0].Message, DeliveryOrder.Key)!.Value)!;
                Assert.Same(one[0], lane.Head);
                Assert.Equal((one.Count - 1, 10L * (one.Count - 1)), (lane.Behind, lane.BehindBytes));
            }
        }
    }

    [Fact]
    public void Who_was_refused_hears_of_room_once_half_of_the_share_is_free()
    {
        var lanes = new Lanes();
        var parcels = Enumerable.Range(0, 1 + Share).Select(i => new Parcel(null!, DeliveryRig.Message(i, key: [7]), 1, 0, i)).ToList();
        var key = LaneKey.Of(parcels[0].Message, DeliveryOrder.Key)!.Value;
        foreach (var parcel in parcels) lanes.Enter(parcel, key, lanes.Find(key));
        lanes.Find(key)!.IsWanted = true;
        lanes.Leave(parcels[0], Share);
        Assert.False(lanes.HasNews);
        lanes.Leave(parcels[1], Share);
        Assert.True(lanes.HasNews);
    }

    [Fact]
    public void A_lane_is_a_key_wherever_it_was_read_or_a_partition_and_who_has_no_key_has_no_lane()
    {
        var (one, other) = (DeliveryRig.Message(1, partition: 1, key: [1, 2]), DeliveryRig.Message(2, partition: 2, key: [1, 2]));
        Assert.Equal(LaneKey.Of(one, DeliveryOrder.Key), LaneKey.Of(other, DeliveryOrder.Key));
        Assert.NotEqual(LaneKey.Of(one, DeliveryOrder.Partition), LaneKey.Of(other, DeliveryOrder.Partition));
        Assert.NotEqual(LaneKey.Of(one, DeliveryOrder.Key), LaneKey.Of(DeliveryRig.Message(3, key: [1, 2, 3]), DeliveryOrder.Key));
        Assert.NotNull(LaneKey.Of(DeliveryRig.Message(3, key: []), DeliveryOrder.Key));
        Assert.Null(LaneKey.Of(DeliveryRig.Message(3), DeliveryOrder.Key));
        Assert.Null(LaneKey.Of(one, DeliveryOrder.Unordered));
    }
}
