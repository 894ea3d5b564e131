using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Hermes.Intake.Native;

/// <summary>The few functions of librdkafka that Confluent.Kafka does not offer: commits with metadata, a call when a
/// consumer's queue is no longer empty, and rebalances that are answered later.</summary>
/// <remarks>The library is the one that Confluent.Kafka has loaded; its handle is an internal property there.</remarks>
internal static partial class Librdkafka
{
    private const string Library = "librdkafka";

    // The names under which Confluent.Kafka ships it for the C libraries of Linux.
    private static readonly string[] Builds = ["librdkafka", "alpine-librdkafka", "centos8-librdkafka"];

    private static readonly PropertyInfo HandleProperty =
        typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingMemberException(nameof(Handle), "LibrdkafkaHandle");

    static Librdkafka() => NativeLibrary.SetDllImportResolver(typeof(Librdkafka).Assembly, (name, _, _) =>
    {
        if (name != Library)
            return IntPtr.Zero;
        foreach (var build in Builds)
        {
            if (NativeLibrary.TryLoad(build, typeof(Handle).Assembly, null, out var loaded))
                return loaded;
        }
        return IntPtr.Zero;
    });

    /// <summary>The native handle of a client, counted while in use.</summary>
    public static SafeHandle HandleOf(IClient client) => (SafeHandle)HandleProperty.GetValue(client.Handle)!;

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_new")]
    internal static partial IntPtr NewList(int size);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_destroy")]
    internal static partial void DestroyList(IntPtr list);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_add", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial IntPtr Add(IntPtr list, string topic, int partition);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mem_malloc")]
    internal static partial IntPtr Allocate(IntPtr client, nuint size);

    [LibraryImport(Library, EntryPoint = "rd_kafka_commit")]
    internal static partial int Commit(SafeHandle client, IntPtr list, int isAsync);

    [LibraryImport(Library, EntryPoint = "rd_kafka_committed")]
    internal static partial int Committed(SafeHandle client, IntPtr list, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf")]
    internal static partial IntPtr SettingsOf(SafeHandle client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_rebalance_cb")]
    internal static unsafe partial void SetRebalanceCallback(IntPtr settings, delegate* unmanaged[Cdecl]<IntPtr, int, IntPtr, IntPtr, void> callback);

    [LibraryImport(Library, EntryPoint = "rd_kafka_assignment_lost")]
    internal static partial int AssignmentLost(SafeHandle client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_get_consumer")]
    internal static partial IntPtr ConsumerQueue(SafeHandle client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_destroy")]
    internal static partial void DestroyQueue(IntPtr queue);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_cb_event_enable")]
    internal static unsafe partial void EnableEvents(IntPtr queue, delegate* unmanaged[Cdecl]<IntPtr, IntPtr, void> callback, IntPtr state);
}
