using System.Buffers.Binary;

namespace Hermes.Shared.Fleet;

/// <summary>What a consumer reports of its load, in a fleet that balances by weight.</summary>
/// <param name="CpuUtilization">0 to 1; <see cref="Unknown"/> where it cannot be measured.</param>
/// <param name="OperationsPerSecond">By subscription.</param>
public sealed record ConsumerLoad(double CpuUtilization, IReadOnlyDictionary<long, double> OperationsPerSecond)
{
    /// <summary>A utilization that cannot be measured.</summary>
    public const double Unknown = -1;

    private const string What = "a report of load";
    private const int RootLength = sizeof(double);
    private const int EntryLength = sizeof(long) + sizeof(double);

    /// <summary>All operations of the consumer in a second.</summary>
    public double TotalOperationsPerSecond => OperationsPerSecond.Values.Sum();

    /// <summary>To the node's form.</summary>
    /// <exception cref="InvalidDataException">They are more than a node can hold.</exception>
    public byte[] Write()
    {
        var writer = new SbeWriter(What).Header(FleetSchemas.Workload, FleetSchemas.ConsumerLoad, RootLength).Double(CpuUtilization)
            .Group(EntryLength, OperationsPerSecond.Count);
        foreach (var (id, operations) in OperationsPerSecond.OrderBy(o => o.Key))
            writer.Int64(id).Double(operations);
        return writer.ToArray();
    }

    /// <summary>From the node's form.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static ConsumerLoad Read(ReadOnlySpan<byte> data)
    {
        var reader = new SbeReader(data, What);
        var cpu = BinaryPrimitives.ReadDoubleLittleEndian(reader.Open(FleetSchemas.Workload, FleetSchemas.ConsumerLoad, RootLength));
        var (length, count) = reader.Group();
        var operations = new Dictionary<long, double>();
        for (var i = 0; i < count; i++)
        {
            var entry = reader.Block(length, EntryLength);
            operations[BinaryPrimitives.ReadInt64LittleEndian(entry)] = BinaryPrimitives.ReadDoubleLittleEndian(entry[sizeof(long)..]);
        }
        return new(cpu, operations);
    }
}
