using System.Buffers.Binary;

namespace Hermes.Shared.Fleet;

/// <summary>How many attempts a second a consumer may make, by subscription: Hermes's <c>MaxRate</c>.</summary>
public static class MaxRates
{
    private const string What = "maximum rates";
    private const int EntryLength = sizeof(long) + sizeof(double);

    /// <summary>To the node's form.</summary>
    /// <exception cref="InvalidDataException">They are more than a node can hold.</exception>
    public static byte[] Write(IReadOnlyDictionary<long, double> rates)
    {
        ArgumentNullException.ThrowIfNull(rates);
        var writer = new SbeWriter(What).Header(FleetSchemas.Rates, FleetSchemas.MaxRate, 0).Group(EntryLength, rates.Count);
        foreach (var (id, rate) in rates.OrderBy(r => r.Key))
            writer.Int64(id).Double(rate);
        return writer.ToArray();
    }

    /// <summary>From the node's form.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static IReadOnlyDictionary<long, double> Read(ReadOnlySpan<byte> data)
    {
        var reader = new SbeReader(data, What);
        reader.Open(FleetSchemas.Rates, FleetSchemas.MaxRate, 0);
        var (length, count) = reader.Group();
        var rates = new Dictionary<long, double>();
        for (var i = 0; i < count; i++)
        {
            var entry = reader.Block(length, EntryLength);
            rates[BinaryPrimitives.ReadInt64LittleEndian(entry)] = BinaryPrimitives.ReadDoubleLittleEndian(entry[sizeof(long)..]);
        }
        return rates;
    }
}
