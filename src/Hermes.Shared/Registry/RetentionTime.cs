using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>How long Kafka keeps a topic's messages.</summary>
public sealed record RetentionTime
{
    /// <summary>A number of units.</summary>
    public required int Duration { get; init; }

    /// <summary><c>SECONDS</c>, <c>MINUTES</c>, <c>HOURS</c> or <c>DAYS</c> (Hermes's default).</summary>
    public string? RetentionUnit { get; init; }

    /// <summary>Members that this version does not know.</summary>
    [JsonExtensionData] public IDictionary<string, JsonElement>? Others { get; set; }

    /// <summary>The time itself; an unknown unit counts as days.</summary>
    public TimeSpan ToTimeSpan() => RetentionUnit switch
    {
        "SECONDS" => TimeSpan.FromSeconds(Duration),
        "MINUTES" => TimeSpan.FromMinutes(Duration),
        "HOURS" => TimeSpan.FromHours(Duration),
        _ => TimeSpan.FromDays(Duration),
    };
}
