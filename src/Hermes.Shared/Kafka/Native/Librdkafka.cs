using System.Runtime.InteropServices;

namespace Hermes.Shared.Kafka.Native;

/// <summary>What the administrator of Confluent.Kafka answers with the end of the process, or only with the help of the garbage
/// collector (decision 5).</summary>
internal static partial class Librdkafka
{
    static Librdkafka() => LoadedLibrary.ResolveFor(typeof(Librdkafka).Assembly);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_topic_new", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial IntPtr NewTopic(SafeHandle client, string topic, IntPtr settings);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_topic_destroy")]
    internal static partial void DestroyTopic(IntPtr topic);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_metadata")]
    internal static unsafe partial int Metadata(SafeHandle client, int allTopics, IntPtr onlyTopic, MetadataAnswer** answer, int timeoutMs);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_metadata_destroy")]
    internal static unsafe partial void DestroyMetadata(MetadataAnswer* answer);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_clusterid")]
    internal static partial IntPtr ClusterId(SafeHandle client, int timeoutMs);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_mem_free")]
    internal static partial void Free(IntPtr client, IntPtr memory);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_queue_new")]
    internal static partial IntPtr NewQueue(SafeHandle client);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_queue_poll")]
    internal static partial IntPtr Poll(IntPtr queue, int timeoutMs);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_queue_destroy")]
    internal static partial void DestroyQueue(IntPtr queue);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_event_error")]
    internal static partial int ErrorOf(IntPtr answer);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_event_destroy")]
    internal static partial void DestroyEvent(IntPtr answer);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_error_code")]
    internal static partial int CodeOf(IntPtr error);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_ListConsumerGroups")]
    internal static partial void ListConsumerGroups(SafeHandle client, IntPtr options, IntPtr queue);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_event_ListConsumerGroups_result")]
    internal static partial IntPtr GroupsOf(IntPtr answer);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_ListConsumerGroups_result_valid")]
    internal static unsafe partial IntPtr* ValidGroups(IntPtr result, nuint* count);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_ListConsumerGroups_result_errors")]
    internal static unsafe partial IntPtr* GroupErrors(IntPtr result, nuint* count);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_ConsumerGroupListing_group_id")]
    internal static partial IntPtr GroupId(IntPtr group);

    [LibraryImport(LoadedLibrary.Name, EntryPoint = "rd_kafka_ConsumerGroupListing_state")]
    internal static partial int GroupState(IntPtr group);

    /// <summary><c>rd_kafka_metadata_t</c>, in its public part.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct MetadataAnswer
    {
        public int BrokerCount;
        public MetadataBroker* Brokers;
        public int TopicCount;
        public MetadataTopic* Topics;
    }

    /// <summary><c>rd_kafka_metadata_broker_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MetadataBroker
    {
        public int Id;
        public IntPtr Host;
        public int Port;
    }

    /// <summary><c>rd_kafka_metadata_topic_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct MetadataTopic
    {
        public IntPtr Name;
        public int PartitionCount;
        public MetadataPartition* Partitions;
        public int Error;
    }

    /// <summary><c>rd_kafka_metadata_partition_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MetadataPartition
    {
        public int Id;
        public int Error;
        public int Leader;
        public int ReplicaCount;
        public IntPtr Replicas;
        public int InSyncCount;
        public IntPtr InSync;
    }
}
