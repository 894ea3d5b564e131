namespace Hermes.Delivery.Retries;

/// <summary>The pauses between the attempts of one message: the retry arithmetic of Hermes, serial delivery.</summary>
/// <param name="First">Pause after the first failure (<c>messageBackoff</c>); not capped by <paramref name="Longest"/>.</param>
/// <param name="Multiplier">Growth from one pause to the next (<c>backoffMultiplier</c>, at least 1).</param>
/// <param name="Longest">Cap of every later pause (<c>backoffMaxIntervalInSec</c>).</param>
/// <param name="TimeToLive">How long after it was read a message may be attempted (<c>messageTtl</c>); zero means once.</param>
internal readonly record struct BackoffPolicy(TimeSpan First, double Multiplier, TimeSpan Longest, TimeSpan TimeToLive)
{
    /// <summary>The pause that follows <paramref name="previous"/>; null before the first failure.</summary>
    public TimeSpan Next(TimeSpan? previous)
    {
        if (previous is not { } pause) return First;
        var grown = pause.TotalMilliseconds * Multiplier; // compared as a double: a product may be longer than a TimeSpan can tell
        return grown >= Longest.TotalMilliseconds ? Longest : TimeSpan.FromMilliseconds(grown);
    }

    /// <summary>How long to wait before the next attempt, or null to give the message up.</summary>
    /// <param name="age">Time since the message was read.</param>
    /// <param name="backoff">The pause by <see cref="Next"/>.</param>
    /// <param name="retryAfter">What the endpoint asked for; null when it did not.</param>
    /// <remarks>Judged before the wait, so that the last attempt is due no later than the time to live.</remarks>
    public TimeSpan? DelayFor(TimeSpan age, TimeSpan backoff, TimeSpan? retryAfter)
    {
        if (TimeToLive <= TimeSpan.Zero) return null;
        var delay = retryAfter is { } asked ? Shorter(asked, TimeToLive) : backoff;
        var latest = TimeToLive > delay ? TimeToLive - delay : TimeSpan.Zero;
        return age > latest ? null : delay;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
