using System.Runtime.InteropServices;

namespace Hermes.Intake.Native;

/// <summary>librdkafka's <c>rd_kafka_topic_partition_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PartitionItem
{
    public IntPtr Topic;
    public int Partition;
    public long Offset;
    public IntPtr Metadata;
    public nuint MetadataSize;
    public IntPtr Opaque;
    public int Error;
    public IntPtr Private;
}
