using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>Reads the topics of a consumer group out of what its members sent to each other.</summary>
internal static class Subscriptions
{
    public const string ConsumerType = "consumer";

    /// <returns>Every topic that some member reads; null when a member's data cannot be read or the group is of another kind.</returns>
    public static HashSet<string>? Of(ClassicGroup group)
    {
        var topics = new HashSet<string>(StringComparer.Ordinal);
        if (group.ProtocolType is not ConsumerType)
            return group.Members.Any() ? null : topics;
        try
        {
            foreach (var member in group.Members)
                topics.UnionWith(Topics(member));
            return topics;
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    // Every protocol of a consumer carries the same kind of data, so the first tells its topics.
    private static List<string> Topics(GroupMember member)
    {
        var reader = new ProtocolReader(member.Protocols[0].Metadata);
        // A newer version only adds fields behind those that this one knows.
        var version = Math.Min(reader.ReadInt16(), ConsumerProtocolSubscription.HighestVersion);
        return ConsumerProtocolSubscription.Read(reader, version).Topics;
    }
}
