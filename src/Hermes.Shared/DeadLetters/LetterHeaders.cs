namespace Hermes.Shared.DeadLetters;

/// <summary>The headers that a dead letter has beside those of its message, UTF-8 text all of them.</summary>
public static class LetterHeaders
{
    /// <summary>What all of them begin with. Hermes's own are <c>id</c>, <c>sv</c>, <c>sid</c> and <c>h-…</c>.</summary>
    public const string Prefix = "hw-";

    /// <summary>The qualified name of the subscription that it could not be delivered to.</summary>
    public const string Subscription = Prefix + "subscription";

    /// <summary>Why, in words for people.</summary>
    public const string Reason = Prefix + "reason";

    /// <summary>How many attempts were made.</summary>
    public const string Attempts = Prefix + "attempts";

    /// <summary>The HTTP status of the last one; absent when no answer came.</summary>
    public const string Status = Prefix + "status";

    /// <summary>When it was discarded: milliseconds since 1970-01-01 UTC.</summary>
    public const string DiscardedAt = Prefix + "discarded-at";

    /// <summary>By which worker: <see cref="Hosting.WorkerHost.Worker"/>.</summary>
    public const string DiscardedBy = Prefix + "discarded-by";

    /// <summary>The Kafka topic that it was published to.</summary>
    public const string Topic = Prefix + "topic";

    /// <summary>Its partition there.</summary>
    public const string Partition = Prefix + "partition";

    /// <summary>Its offset there.</summary>
    public const string Offset = Prefix + "offset";

    /// <summary>When it was published: milliseconds since 1970-01-01 UTC. The letter's own timestamp is that of the discarding, so that
    /// the topic's retention counts from there.</summary>
    public const string Published = Prefix + "published";

    /// <summary>How often it was discarded: 1, and more once it was delivered again in vain.</summary>
    public const string Times = Prefix + "times";
}
