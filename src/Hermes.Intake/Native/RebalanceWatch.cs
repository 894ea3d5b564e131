using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Hermes.Shared.Kafka.Native;

namespace Hermes.Intake.Native;

/// <summary>Tells of a group's rebalances, in a poll or in the consumer's close, and leaves it to the owner when to answer them with
/// <c>Assign</c> and <c>Unassign</c>: the group waits meanwhile, and the consumer is polled on.</summary>
/// <remarks>Confluent.Kafka's own handlers give partitions back before they return, and throw them away when they fail; so there would be
/// no time to finish what is on the wire but by blocking the thread that polls. Its builder gets no such handlers, and the callback is set
/// here, in the settings of the client that was made, before it subscribes: from then on librdkafka reads it on polling threads alone.</remarks>
public sealed unsafe class RebalanceWatch : IDisposable
{
    private static readonly ConcurrentDictionary<IntPtr, RebalanceWatch> Watches = new();
    private readonly Action<List<TopicPartition>> _assigned;
    private readonly Action<List<TopicPartition>> _revoked;
    private readonly IntPtr _client;

    /// <summary>Watches from now on. To be called before the consumer subscribes.</summary>
    /// <param name="consumer">A consumer built without handlers of rebalances.</param>
    /// <param name="assigned">Told of partitions that came; the owner has to call <c>Assign</c>. Must not throw.</param>
    /// <param name="revoked">Told of partitions that the group wants back; the owner has to call <c>Unassign</c>. Must not throw.</param>
    public RebalanceWatch(IClient consumer, Action<List<TopicPartition>> assigned, Action<List<TopicPartition>> revoked)
    {
        (_assigned, _revoked) = (assigned, revoked);
        var handle = LoadedLibrary.HandleOf(consumer);
        _client = handle.DangerousGetHandle();
        Watches[_client] = this;
        Librdkafka.SetRebalanceCallback(Librdkafka.SettingsOf(handle), &Told);
    }

    /// <summary>Whether the group has given the partitions to others already.</summary>
    public static bool HasLostAssignment(IClient consumer) => Librdkafka.AssignmentLost(LoadedLibrary.HandleOf(consumer)) != 0;

    /// <summary>To be called after the consumer is closed.</summary>
    public void Dispose() => Watches.TryRemove(_client, out _);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Told(IntPtr client, int code, IntPtr list, IntPtr state)
    {
        if (!Watches.TryGetValue(client, out var watch))
            return;
        var partitions = new List<TopicPartition>();
        var count = *(int*)list;
        var items = *(PartitionItem**)(list + (2 * sizeof(int))); // behind the count comes the room
        for (var i = 0; i < count; i++)
            partitions.Add(new(Marshal.PtrToStringUTF8(items[i].Topic)!, items[i].Partition));
        if ((ErrorCode)code is ErrorCode.Local_AssignPartitions)
            watch._assigned(partitions);
        else
            watch._revoked(partitions);
    }
}
