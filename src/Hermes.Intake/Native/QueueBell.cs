using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Hermes.Shared.Kafka.Native;

namespace Hermes.Intake.Native;

/// <summary>Rings when a consumer's queue, empty before, holds something to poll for: an idle consumer costs nothing.</summary>
public sealed unsafe class QueueBell : IDisposable
{
    private readonly Action _ring;
    private readonly IntPtr _queue;
    private GCHandle _self;

    /// <summary>Rings from now on.</summary>
    /// <param name="client">A consumer.</param>
    /// <param name="ring">Called on a thread of librdkafka: must be quick and must not throw.</param>
    public QueueBell(IClient client, Action ring)
    {
        _ring = ring;
        _self = GCHandle.Alloc(this);
        _queue = Librdkafka.ConsumerQueue(LoadedLibrary.HandleOf(client));
        Librdkafka.EnableEvents(_queue, &Ring, GCHandle.ToIntPtr(_self));
    }

    /// <summary>To be called while the consumer is still open.</summary>
    public void Dispose()
    {
        if (!_self.IsAllocated)
            return;
        Librdkafka.EnableEvents(_queue, null, IntPtr.Zero);
        Librdkafka.DestroyQueue(_queue);
        _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ring(IntPtr client, IntPtr state)
    {
        if (GCHandle.FromIntPtr(state).Target is QueueBell bell)
            bell._ring();
    }
}
