using System.Buffers.Binary;

namespace Hermes.Shared.Fleet;

/// <summary>Which share of its maximum rates a consumer has used, by subscription, the newest first: Hermes's <c>RateHistory</c>.</summary>
public static class RateHistories
{
    private const string What = "histories of rates";
    private const int EntryLength = sizeof(long);
    private const int RateLength = sizeof(double);

    /// <summary>To the node's form.</summary>
    /// <exception cref="InvalidDataException">They are more than a node can hold.</exception>
    public static byte[] Write(IReadOnlyDictionary<long, IReadOnlyList<double>> histories)
    {
        ArgumentNullException.ThrowIfNull(histories);
        var writer = new SbeWriter(What).Header(FleetSchemas.Rates, FleetSchemas.RateHistory, 0).Group(EntryLength, histories.Count);
        foreach (var (id, rates) in histories.OrderBy(h => h.Key))
        {
            writer.Int64(id).Group(RateLength, rates.Count);
            foreach (var rate in rates)
                writer.Double(rate);
        }
        return writer.ToArray();
    }

    /// <summary>From the node's form.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static IReadOnlyDictionary<long, IReadOnlyList<double>> Read(ReadOnlySpan<byte> data)
    {
        var reader = new SbeReader(data, What);
        reader.Open(FleetSchemas.Rates, FleetSchemas.RateHistory, 0);
        var (length, count) = reader.Group();
        var histories = new Dictionary<long, IReadOnlyList<double>>();
        for (var i = 0; i < count; i++)
        {
            var id = BinaryPrimitives.ReadInt64LittleEndian(reader.Block(length, EntryLength));
            var (rateLength, rateCount) = reader.Group();
            var rates = new List<double>();
            for (var j = 0; j < rateCount; j++)
                rates.Add(BinaryPrimitives.ReadDoubleLittleEndian(reader.Block(rateLength, RateLength)));
            histories[id] = rates;
        }
        return histories;
    }
}
