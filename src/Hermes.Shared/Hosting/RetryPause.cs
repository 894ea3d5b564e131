namespace Hermes.Shared.Hosting;

/// <summary>How long to wait before something that failed is tried again: twice as long each time, up to a bound.</summary>
public static class RetryPause
{
    /// <summary>The pause after so many failures.</summary>
    /// <param name="failures">How often it has failed by now, from 1 on.</param>
    /// <param name="first">The pause after the first failure.</param>
    /// <param name="longest">The bound.</param>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest) =>
        TimeSpan.FromTicks(Math.Min(first.Ticks << Math.Min(failures - 1, 20), longest.Ticks));
}
