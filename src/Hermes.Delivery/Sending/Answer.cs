namespace Hermes.Delivery.Sending;

/// <summary>What came back for one request.</summary>
/// <param name="Status">The final HTTP status; 0 when none came.</param>
/// <param name="RetryAfter">The first <c>Retry-After</c> of the answer as it stood there; senders read it of 429 and 503 only.</param>
/// <param name="Fault">Why no answer came: a word for metrics and reasons.</param>
/// <param name="Detail">The same in words, never with a secret; null when the word says all.</param>
internal readonly record struct Answer(int Status, string? RetryAfter, string? Fault, string? Detail = null)
{
    /// <summary>An answer came.</summary>
    public static Answer Of(int status, string? retryAfter = null) => new(status, retryAfter, Fault: null);

    /// <summary>None came.</summary>
    public static Answer None(string fault, string? detail = null) => new(Status: 0, RetryAfter: null, fault, detail);

    /// <summary>Whether <c>Retry-After</c> of such an answer is worth reading.</summary>
    public static bool MayAskForPause(int status) => status is 429 or 503;
}
