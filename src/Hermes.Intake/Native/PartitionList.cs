using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Hermes.Intake.Offsets;
using Hermes.Shared.Kafka.Native;

namespace Hermes.Intake.Native;

/// <summary>A list of partitions as librdkafka takes and fills it.</summary>
public sealed unsafe class PartitionList : IDisposable
{
    private readonly IntPtr _list;
    private readonly List<IntPtr> _items = [];

    /// <summary>An empty one.</summary>
    public PartitionList(int capacity) => _list = Librdkafka.NewList(capacity);

    /// <summary>Adds a partition to ask about.</summary>
    public void Add(string topic, int partition) => _items.Add(Librdkafka.Add(_list, topic, partition));

    /// <summary>Adds what is to be committed of a partition.</summary>
    public void Add(string topic, int partition, LedgerMark mark)
    {
        Add(topic, partition);
        var item = Last;
        item->Offset = mark.Offset;
        if (mark.Metadata.Length == 0)
            return;
        var size = Encoding.UTF8.GetByteCount(mark.Metadata);
        item->Metadata = Librdkafka.Allocate(IntPtr.Zero, (nuint)size); // freed with the list
        item->MetadataSize = (nuint)size;
        Encoding.UTF8.GetBytes(mark.Metadata, new Span<byte>((void*)item->Metadata, size));
    }

    /// <summary>Sends the offsets without waiting; the answer comes with a later poll.</summary>
    /// <exception cref="KafkaException">They could not be sent.</exception>
    public void CommitLater(IClient client) => Throw(Librdkafka.Commit(LoadedLibrary.HandleOf(client), _list, isAsync: 1));

    /// <summary>Sends the offsets and waits for the broker's answer.</summary>
    /// <returns>Each partition's error, in the order in which they were added.</returns>
    public IReadOnlyList<ErrorCode> Commit(IClient client)
    {
        var code = (ErrorCode)Librdkafka.Commit(LoadedLibrary.HandleOf(client), _list, isAsync: 0);
        // An error of the whole need not be written to each partition.
        return [.. _items.Select(i => ((PartitionItem*)i)->Error is var own && own != 0 ? (ErrorCode)own : code)];
    }

    /// <summary>Asks the broker what the group has committed.</summary>
    /// <returns>For each partition, in order: the mark; null where nothing is committed.</returns>
    /// <exception cref="KafkaException">The broker does not answer, or refuses.</exception>
    public IReadOnlyList<LedgerMark?> Committed(IClient client, TimeSpan limit)
    {
        Throw(Librdkafka.Committed(LoadedLibrary.HandleOf(client), _list, (int)limit.TotalMilliseconds));
        var marks = new List<LedgerMark?>(_items.Count);
        foreach (var address in _items)
        {
            var item = (PartitionItem*)address;
            Throw(item->Error);
            var metadata = item->MetadataSize == 0 ? "" : Encoding.UTF8.GetString((byte*)item->Metadata, (int)item->MetadataSize);
            marks.Add(item->Offset < 0 ? null : new(item->Offset, metadata));
        }
        return marks;
    }

    /// <summary>Frees its memory.</summary>
    public void Dispose() => Librdkafka.DestroyList(_list);

    private PartitionItem* Last => (PartitionItem*)_items[^1];

    private static void Throw(int code)
    {
        if (code != 0)
            throw new KafkaException((ErrorCode)code);
    }
}
