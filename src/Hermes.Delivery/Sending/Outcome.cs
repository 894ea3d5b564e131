namespace Hermes.Delivery.Sending;

/// <summary>How one attempt ended.</summary>
/// <param name="Verdict">What follows from it.</param>
/// <param name="Status">The HTTP status; 0 when there was no answer.</param>
/// <param name="RetryAfter">The pause that the endpoint asked for, where it counts.</param>
/// <param name="Fault">What went wrong when there was no answer: a word for metrics and reasons.</param>
internal readonly record struct Outcome(Verdict Verdict, int Status, TimeSpan? RetryAfter, string? Fault)
{
    /// <summary>The same in words for people, never with a secret; null when status or word say all.</summary>
    public string? Detail { get; init; }

    /// <summary>The endpoint did not take our token.</summary>
    public bool Unauthorized { get; init; }

    /// <summary>No answer came.</summary>
    public static Outcome Failed(string fault, string? detail = null) => new(Verdict.Retry, Status: 0, RetryAfter: null, fault) { Detail = detail };

    /// <summary>Why the attempt failed, in words.</summary>
    public string Reason => Detail ?? (Status != 0 ? $"status {Status}" : Fault ?? "no answer");
}
