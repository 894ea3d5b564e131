using System.Runtime.InteropServices;
using Hermes.Shared.Kafka.Native;

namespace Hermes.Intake.Native;

/// <summary>The few functions of librdkafka that Confluent.Kafka does not offer: commits with metadata, a call when a
/// consumer's queue is no longer empty, and rebalances that are answered later.</summary>
internal static partial class Librdkafka
{
    static Librdkafka() => LoadedLibrary.ResolveFor(typeof(Librdkafka).Assembly);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_topic_partition_list_new")]
    internal static partial IntPtr NewList(int size);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_topic_partition_list_destroy")]
    internal static partial void DestroyList(IntPtr list);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_topic_partition_list_add", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial IntPtr Add(IntPtr list, string topic, int partition);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_mem_malloc")]
    internal static partial IntPtr Allocate(IntPtr client, nuint size);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_commit")]
    internal static partial int Commit(SafeHandle client, IntPtr list, int isAsync);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_committed")]
    internal static partial int Committed(SafeHandle client, IntPtr list, int timeoutMs);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_conf")]
    internal static partial IntPtr SettingsOf(SafeHandle client);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_conf_set_rebalance_cb")]
    internal static unsafe partial void SetRebalanceCallback(IntPtr settings, delegate* unmanaged[Cdecl]<IntPtr, int, IntPtr, IntPtr, void> callback);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_assignment_lost")]
    internal static partial int AssignmentLost(SafeHandle client);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_queue_get_consumer")]
    internal static partial IntPtr ConsumerQueue(SafeHandle client);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_queue_destroy")]
    internal static partial void DestroyQueue(IntPtr queue);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_queue_cb_event_enable")]
    internal static unsafe partial void EnableEvents(IntPtr queue, delegate* unmanaged[Cdecl]<IntPtr, IntPtr, void> callback, IntPtr state);
}
