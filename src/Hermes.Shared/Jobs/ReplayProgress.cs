using System.Text.Json.Serialization;

namespace Hermes.Shared.Jobs;

/// <summary>How far a replay has come.</summary>
public sealed record ReplayProgress
{
    /// <summary>Each partition's part.</summary>
    public required IReadOnlyList<ReplayRange> Ranges { get; init; }

    /// <summary>Messages that the endpoint took; after a crash, some of them may count twice.</summary>
    public long Delivered { get; init; }

    /// <summary>Messages that a filter left out.</summary>
    public long Filtered { get; init; }

    /// <summary>Messages that were refused for good, or whose time to live ran out, or that could not be read.</summary>
    public long Discarded { get; init; }

    /// <summary>How many offsets the whole range has.</summary>
    [JsonIgnore] public long Total => Ranges.Sum(r => r.End - r.First);

    /// <summary>How many of them are behind the checkpoints.</summary>
    [JsonIgnore] public long Done => Ranges.Sum(r => r.Next - r.First);

    /// <summary>Whether nothing is left.</summary>
    [JsonIgnore] public bool IsDone => Ranges.All(r => r.Next >= r.End);
}
