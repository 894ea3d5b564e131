using System.Text.Json.Serialization;

namespace Hermes.Shared.ConsumerGroups;

/// <summary>What was known of a consumer group before its deletion, so that it can be restored.</summary>
public sealed record Tombstone
{
    /// <summary>The group's id.</summary>
    public required string Group { get; init; }

    /// <summary>Of offsets that a living group left behind: the Kafka topic. Absent: it is about the group as a whole.</summary>
    public string? Topic { get; init; }

    /// <summary>The qualified name of the subscription that it was of.</summary>
    public required string Subscription { get; init; }

    /// <summary>Why it was to be deleted.</summary>
    public required string Reason { get; init; }

    /// <summary>Which janitor.</summary>
    public required string By { get; init; }

    /// <summary>When this was written, by ZooKeeper's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether the group is gone; false: it was about to be deleted.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>When the offsets were given back, by ZooKeeper's clock; absent: they were not.</summary>
    public DateTimeOffset? RestoredAt { get; init; }

    /// <summary>What it had committed.</summary>
    public required IReadOnlyList<KeptOffset> Offsets { get; init; }

    /// <summary>Whether it is not known if the group is gone: it was about to be deleted.</summary>
    [JsonIgnore] public bool IsUnsettled => !IsDeleted && RestoredAt is null;

    /// <summary>The name of its node.</summary>
    [JsonIgnore] public string Key => GroupKey.Of(Group, Topic);
}
