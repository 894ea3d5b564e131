using System.ComponentModel.DataAnnotations;

namespace Hermes.Shared.Schemas;

/// <summary>Where schemas of Avro topics come from, bound from <c>Schemas</c>: a registry that speaks Confluent's protocol.</summary>
public sealed record SchemaSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Schemas";

    /// <summary>The address of the schema registry: Confluent's, or one that speaks its protocol. Default
    /// <c>http://localhost:8888/</c>.</summary>
    [Required, Url] public string ServerUrl { get; init; } = "http://localhost:8888/";

    /// <summary>The user of basic authentication. Default none.</summary>
    public string? User { get; init; }

    /// <summary>The user's password. Never logged.</summary>
    public string? Password { get; init; }

    /// <summary>Whether subjects end in <c>-value</c> (<c>consumer.schema.repository.subjectSuffixEnabled</c>). Default
    /// false.</summary>
    public bool SubjectSuffix { get; init; }

    /// <summary>Whether subjects begin with <c>Kafka:Namespace</c> and its separator
    /// (<c>consumer.schema.repository.subjectNamespaceEnabled</c>). Default false.</summary>
    public bool SubjectNamespace { get; init; }

    /// <summary>Longest wait for a connection. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")] public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait for an answer. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")] public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Questions to the registry a second, of the whole process. Default 100.</summary>
    [Range(1, 10_000)] public int ChecksPerSecond { get; init; } = 100;

    /// <summary>The pause before an unanswered or unknown schema is asked for again; it doubles up to <see cref="LongestRetryPause"/>. Default
    /// 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")] public TimeSpan FirstRetryPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest of these pauses, and no shorter than the first. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")] public TimeSpan LongestRetryPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Schemas kept in memory at most; beyond that those used longest ago go. Default 2000.</summary>
    [Range(16, 1_000_000)] public int MostKept { get; init; } = 2000;
}
