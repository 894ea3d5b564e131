using System.Globalization;

namespace Hermes.Delivery.Sending;

/// <summary>Judges the answers of endpoints as Hermes does for serial subscriptions.</summary>
internal static class AnswerRules
{
    /// <param name="answer">What came back.</param>
    /// <param name="retryClientErrors">Whether all 4xx are tried again.</param>
    /// <param name="retryUnauthorized">Whether 401 is: the subscription has an OAuth policy.</param>
    /// <param name="clock">For pauses that are given as a date.</param>
    public static Outcome Judge(Answer answer, bool retryClientErrors, bool retryUnauthorized, TimeProvider clock)
    {
        if (answer.Status == 0) return Outcome.Failed(answer.Fault ?? "no answer", answer.Detail);
        var verdict = VerdictFor(answer.Status, retryClientErrors || (retryUnauthorized && answer.Status == 401));
        var asked = verdict is Verdict.Retry && Answer.MayAskForPause(answer.Status) ? RetryAfter(answer.RetryAfter, clock) : null;
        return new Outcome(verdict, answer.Status, asked, Fault: null) { Unauthorized = answer.Status == 401 };
    }

    /// <summary>2xx is taken; 4xx is final unless client errors are retried; all else (redirects too, never followed) is tried again.</summary>
    public static Verdict VerdictFor(int status, bool retryClientErrors) => status switch
    {
        >= 200 and < 300 => Verdict.Delivered,
        >= 400 and < 500 when !retryClientErrors => Verdict.Discard,
        _ => Verdict.Retry,
    };

    /// <summary>Reads <c>Retry-After</c> as seconds or as a date; null when absent or unreadable.</summary>
    private static TimeSpan? RetryAfter(string? text, TimeProvider clock)
    {
        if (text is null) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue));
        if (DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            return date > clock.GetUtcNow() ? date - clock.GetUtcNow() : TimeSpan.Zero;
        return null;
    }
}
