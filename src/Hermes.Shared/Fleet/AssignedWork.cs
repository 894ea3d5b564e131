using System.Buffers.Binary;

namespace Hermes.Shared.Fleet;

/// <summary>Which subscriptions a consumer is to serve, by the czxids of their nodes: Hermes's <c>Assignments</c>.</summary>
public static class AssignedWork
{
    private const string What = "an assignment";
    private const int EntryLength = sizeof(long);

    /// <summary>To the node's form, in ascending order.</summary>
    /// <exception cref="InvalidDataException">They are more than a node can hold.</exception>
    public static byte[] Write(IReadOnlyCollection<long> subscriptions)
    {
        ArgumentNullException.ThrowIfNull(subscriptions);
        var writer = new SbeWriter(What).Header(FleetSchemas.Workload, FleetSchemas.Assignments, 0).Group(EntryLength, subscriptions.Count);
        foreach (var id in subscriptions.Order())
            writer.Int64(id);
        return writer.ToArray();
    }

    /// <summary>From the node's form. An empty list is an answer: serve nothing.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static IReadOnlySet<long> Read(ReadOnlySpan<byte> data)
    {
        var reader = new SbeReader(data, What);
        reader.Open(FleetSchemas.Workload, FleetSchemas.Assignments, 0);
        var (length, count) = reader.Group();
        var subscriptions = new HashSet<long>();
        for (var i = 0; i < count; i++)
            subscriptions.Add(BinaryPrimitives.ReadInt64LittleEndian(reader.Block(length, EntryLength)));
        return subscriptions;
    }
}
