using Hermes.Shared.Registry;

namespace Hermes.Shared.Jobs;

/// <summary>What a retransmission job asks for; written once, never changed.</summary>
public sealed record JobDocument
{
    /// <summary>The form of this document that is understood here; others are left alone.</summary>
    public const int KnownVersion = 1;

    /// <summary><see cref="KnownVersion"/>.</summary>
    public required int Version { get; init; }

    /// <summary>The subscription's qualified name: <c>group.topic$subscription</c>.</summary>
    public required string Subscription { get; init; }

    /// <summary>One of <see cref="JobModes"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>Where the subscription is to go on from; of a replay, where it begins.</summary>
    public required JobTarget Target { get; init; }

    /// <summary>Of a replay: where it ends. Absent: at each partition's end when the job is accepted.</summary>
    public JobUntil? Until { get; init; }

    /// <summary>Of a replay: <see cref="JobSources.DeadLetters"/> to deliver the subscription's dead letters in place of its topic's records.</summary>
    public string? Source { get; init; }

    /// <summary>Of a replay: what messages must pass besides the subscription's own filters.</summary>
    public IReadOnlyList<SubscriptionFilter>? Filters { get; init; }

    /// <summary>Of a replay: at most so many attempts a second, and never more than the subscription's own rate.</summary>
    public int? Rate { get; init; }

    /// <summary>The only datacenter that is to act; absent: each one that sees the job.</summary>
    public string? Datacenter { get; init; }

    /// <summary>Work out the targets, write them into the status, and move nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Allows a time behind which no partition has a record: all that is undelivered would be skipped.</summary>
    public bool AllowEnd { get; init; }

    /// <summary>Who asks; for the audit.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Why; for the audit.</summary>
    public string? Reason { get; init; }
}
