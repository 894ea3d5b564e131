using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>Keeps offsets and generations of groups in the data folder.</summary>
/// <remarks>Called under the coordinator's lock, after the state has changed: an append may replace the file by the state.</remarks>
internal sealed class GroupJournal : IDisposable
{
    private readonly GroupTable _groups;
    private readonly ProtocolWriter _writer = new();
    private readonly Journal _journal;

    /// <summary>Opens the file, if there is a path, and fills the table from it.</summary>
    public GroupJournal(string? path, GroupTable groups)
    {
        _groups = groups;
        _journal = new Journal(path, Apply, State);
    }

    private enum Entry : byte
    {
        Generation = 1,
        Offsets = 2,
        OffsetsGone = 3,
        GroupGone = 4,
    }

    public void Generation(ClassicGroup group) => _journal.Append(GenerationEntry(group));

    public void Offsets(string group, IReadOnlyCollection<(string Topic, int Partition, CommittedOffset Offset)> offsets) =>
        _journal.Append(OffsetsEntry(group, offsets));

    public void OffsetsGone(string group, IReadOnlyCollection<(string Topic, int Partition)> offsets)
    {
        Begin(Entry.OffsetsGone, group);
        _writer.WriteArrayLength(offsets.Count, flexible: true);
        foreach (var (topic, partition) in offsets)
        {
            _writer.WriteString(topic, flexible: true);
            _writer.WriteInt32(partition);
        }

        _journal.Append(_writer.ToArray());
    }

    public void GroupGone(string group)
    {
        Begin(Entry.GroupGone, group);
        _journal.Append(_writer.ToArray());
    }

    public void Dispose()
    {
        _journal.Dispose();
        _writer.Dispose();
    }

    private void Begin(Entry kind, string group)
    {
        _writer.Clear();
        _writer.WriteInt8((sbyte)kind);
        _writer.WriteString(group, flexible: true);
    }

    private byte[] GenerationEntry(ClassicGroup group)
    {
        Begin(Entry.Generation, group.Id);
        group.Save(_writer);
        return _writer.ToArray();
    }

    private byte[] OffsetsEntry(string group, IReadOnlyCollection<(string Topic, int Partition, CommittedOffset Offset)> offsets)
    {
        Begin(Entry.Offsets, group);
        _writer.WriteArrayLength(offsets.Count, flexible: true);
        foreach (var (topic, partition, offset) in offsets)
        {
            _writer.WriteString(topic, flexible: true);
            _writer.WriteInt32(partition);
            _writer.WriteInt64(offset.Offset);
            _writer.WriteInt32(offset.LeaderEpoch);
            _writer.WriteString(offset.Metadata, flexible: true);
            _writer.WriteInt64(offset.At.ToUnixTimeMilliseconds());
        }

        return _writer.ToArray();
    }

    private IEnumerable<byte[]> State()
    {
        foreach (var group in _groups.All)
        {
            yield return GenerationEntry(group);
            foreach (var (topic, partitions) in group.Offsets.Topics)
                yield return OffsetsEntry(group.Id, [.. partitions.Select(pair => (topic, pair.Key, pair.Value))]);
        }
    }

    private void Apply(ReadOnlySpan<byte> entry)
    {
        var reader = new ProtocolReader(entry.ToArray());
        var kind = (Entry)reader.ReadInt8();
        var id = reader.ReadString(flexible: true);
        switch (kind)
        {
            case Entry.Generation:
                _groups.Obtain(id).Restore(reader);
                break;
            case Entry.Offsets:
                var offsets = _groups.Obtain(id).Offsets;
                foreach (var (topic, partition, offset) in reader.ReadArray(version: 0, flexible: true, ReadOffset))
                    offsets.Set(topic, partition, offset);
                break;
            case Entry.OffsetsGone:
                var thinned = _groups.Obtain(id).Offsets;
                foreach (var (topic, partition) in reader.ReadArray(version: 0, flexible: true, ReadPartition))
                    thinned.Remove(topic, partition);
                break;
            case Entry.GroupGone:
                _groups.Remove(id);
                break;
            default:
                throw new IOException($"The journal of groups holds an entry of the unknown kind {(byte)kind}.");
        }
    }

    private static (string Topic, int Partition, CommittedOffset Offset) ReadOffset(ProtocolReader reader, short version) =>
        (reader.ReadString(flexible: true), reader.ReadInt32(), new CommittedOffset(
            reader.ReadInt64(),
            reader.ReadInt32(),
            reader.ReadString(flexible: true),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64())));

    private static (string Topic, int Partition) ReadPartition(ProtocolReader reader, short version) =>
        (reader.ReadString(flexible: true), reader.ReadInt32());
}
