using System.Buffers.Binary;

namespace Hermes.Shared.Fleet;

/// <summary>What the leader of a fleet that balances by weight remembers of the subscriptions.</summary>
/// <param name="UpdatedMs">When it was written, Unix milliseconds.</param>
/// <param name="Profiles">By subscription.</param>
public sealed record SubscriptionProfiles(long UpdatedMs, IReadOnlyDictionary<long, SubscriptionProfile> Profiles)
{
    private const string What = "the subscriptions' profiles";
    private const int RootLength = sizeof(long);
    private const int EntryLength = 3 * sizeof(long);

    /// <summary>To the node's form.</summary>
    /// <exception cref="InvalidDataException">They are more than a node can hold.</exception>
    public byte[] Write()
    {
        var writer = new SbeWriter(What).Header(FleetSchemas.Workload, FleetSchemas.SubscriptionProfiles, RootLength).Int64(UpdatedMs)
            .Group(EntryLength, Profiles.Count);
        foreach (var (id, profile) in Profiles.OrderBy(p => p.Key))
            writer.Int64(id).Double(profile.OperationsPerSecond).Int64(profile.LastRebalancedMs);
        return writer.ToArray();
    }

    /// <summary>From the node's form.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static SubscriptionProfiles Read(ReadOnlySpan<byte> data)
    {
        var reader = new SbeReader(data, What);
        var updated = BinaryPrimitives.ReadInt64LittleEndian(reader.Open(FleetSchemas.Workload, FleetSchemas.SubscriptionProfiles, RootLength));
        var (length, count) = reader.Group();
        var profiles = new Dictionary<long, SubscriptionProfile>();
        for (var i = 0; i < count; i++)
        {
            var entry = reader.Block(length, EntryLength);
            profiles[BinaryPrimitives.ReadInt64LittleEndian(entry)] =
                new(BinaryPrimitives.ReadDoubleLittleEndian(entry[8..]), BinaryPrimitives.ReadInt64LittleEndian(entry[16..]));
        }
        return new(updated, profiles);
    }
}
