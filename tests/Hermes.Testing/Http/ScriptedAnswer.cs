namespace Hermes.Testing.Http;

/// <summary>What the endpoint does with one request.</summary>
/// <param name="Status">The status to answer.</param>
public sealed record ScriptedAnswer(int Status)
{
    /// <summary>Cuts the connection instead of answering.</summary>
    public static ScriptedAnswer Reset { get; } = new(0) { Cut = true };

    /// <summary>Never answers: the request hangs until its sender gives up or the endpoint closes.</summary>
    public static ScriptedAnswer Never { get; } = new(0) { Hang = true };

    /// <summary>A header of the answer.</summary>
    public KeyValuePair<string, string>? Header { get; init; }

    /// <summary>A body of the answer.</summary>
    public string Body { get; init; } = "";

    /// <summary>How long it takes.</summary>
    public TimeSpan After { get; init; }

    internal bool Cut { get; init; }

    internal bool Hang { get; init; }

    public static implicit operator ScriptedAnswer(int status) => FromInt32(status);

    public static ScriptedAnswer FromInt32(int status) => new(status);

    /// <summary>An answer that asks for a pause, in seconds or as a date.</summary>
    public static ScriptedAnswer RetryAfter(int status, string value) => new(status) { Header = new("Retry-After", value) };
}
