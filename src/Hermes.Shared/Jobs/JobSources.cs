namespace Hermes.Shared.Jobs;

/// <summary>The words of a replay's <c>source</c>.</summary>
public static class JobSources
{
    /// <summary>The subscription's dead-letter topic.</summary>
    public const string DeadLetters = "deadLetters";
}
