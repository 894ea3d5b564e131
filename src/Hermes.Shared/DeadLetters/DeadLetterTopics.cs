using System.Security.Cryptography;
using System.Text;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Shared.DeadLetters;

/// <summary>How dead-letter topics are named in Kafka.</summary>
/// <remarks>The name of a Hermes topic always holds a dot, between its group and itself, whatever namespace stands before it. So a name
/// without any dot is never read, written or deleted by Hermes as a topic of its own (docs/decisions/0021-dead-letters.md).</remarks>
public static class DeadLetterTopics
{
    private const int LongestName = 249; // Kafka's
    private const string Suffix = "_dead-letters";

    /// <summary>The topic that a subscription names, or the one made of its consumer group's name.</summary>
    public static string Of(SubscriptionName subscription, DeadLetterExtensions? asked, KafkaNames names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return asked?.Topic ?? Default(names.ConsumerGroup(subscription));
    }

    /// <summary>Why this cannot be the name of a dead-letter topic; null when it can.</summary>
    public static string? Fault(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > LongestName) return $"must have 1 to {LongestName} letters, but has {name.Length}";
        if (name.Contains('.', StringComparison.Ordinal)) return $"must hold no dot, or it could be taken for a Hermes topic, but is '{name}'";
        return name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-')
            ? null
            : $"must consist of letters, digits, '_' and '-', but is '{name}'";
    }

    // '-' becomes '--' and '.' becomes '-d': what can be read back can be no other group's, and the suffix's '-l' is neither.
    private static string Default(string group)
    {
        var name = group.Replace("-", "--", StringComparison.Ordinal).Replace(".", "-d", StringComparison.Ordinal) + Suffix;
        if (name.Length <= LongestName) return name;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(group)).AsSpan(0, 16));
        return $"{name[..(LongestName - Suffix.Length - hash.Length - 2)]}-h{hash}{Suffix}";
    }
}
