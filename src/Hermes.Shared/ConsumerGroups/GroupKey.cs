namespace Hermes.Shared.ConsumerGroups;

/// <summary>The name under which a group is known, or the offsets that it has of one topic.</summary>
public static class GroupKey
{
    // Neither a group's id by our rule nor a topic's name can have it.
    private const char Between = ':';

    /// <summary>The group's id; with the topic behind it, where it is about the offsets of that one alone.</summary>
    public static string Of(string group, string? topic) => topic is null ? group : $"{group}{Between}{topic}";

    /// <summary>Takes it apart again.</summary>
    public static (string Group, string? Topic) Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.IndexOf(Between, StringComparison.Ordinal) is var at and >= 0 ? (key[..at], key[(at + 1)..]) : (key, null);
    }
}
