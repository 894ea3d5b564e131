using Microsoft.Extensions.Logging;

namespace Hermes.ZooKeeper;

/// <summary>How something that is tried again and again tells of its failures: at once of the first one and of each new reason, then every
/// <see cref="Interval"/> of how long it lasts, and once of the end.</summary>
/// <remarks>Whoever tries keeps one, for as long as it tries. May be used by several threads.</remarks>
/// <param name="what">What is tried, at the beginning of a sentence: <c>The view of /hermes</c>.</param>
/// <param name="logger">Where it is told.</param>
/// <param name="clock">Tells how long.</param>
public sealed partial class Outage(string what, ILogger logger, TimeProvider clock)
{
    // Reasons that never come twice (with a number in them, say) must not be told without end.
    private const int MostReasons = 8;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _reasons = new(StringComparer.Ordinal);
    private long _began;
    private long _told;
    private int _attempts;

    /// <summary>How often it is told of one that lasts: 30 s.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(30);

    /// <summary>An attempt has failed.</summary>
    /// <param name="reason">Why, without what differs from one attempt to the next.</param>
    /// <returns>True: it is for the caller to tell, with all details. False: it was told that it still lasts, or nothing is to be told now.</returns>
    public bool Fails(string reason)
    {
        int attempts;
        TimeSpan lasts;
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            if (_attempts++ == 0)
                _began = now;
            if (_reasons.Count < MostReasons && _reasons.Add(reason))
            {
                _told = now;
                return true;
            }
            if (clock.GetElapsedTime(_told, now) < Interval)
                return false;
            _told = now;
            (attempts, lasts) = (_attempts, clock.GetElapsedTime(_began, now));
        }
        Log.StillFails(logger, what, lasts, attempts, reason);
        return false;
    }

    /// <summary>An attempt has failed; its reason is the kind of its failure, and what it says unless a connection broke, which says another port
    /// each time.</summary>
    /// <returns>As of <see cref="Fails(string)"/>.</returns>
    public bool Fails(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return Fails(failure switch
        {
            ZooKeeperException { Code: var code } => $"{failure.GetType().Name}, {code}",
            IOException or OperationCanceledException => failure.GetType().Name,
            _ => $"{failure.GetType().Name}: {failure.Message}",
        });
    }

    /// <summary>An attempt has succeeded: where others had failed before it, that is told.</summary>
    public void Works()
    {
        int attempts;
        TimeSpan lasted;
        lock (_gate)
        {
            if (_attempts == 0)
                return;
            (attempts, lasted) = (_attempts, clock.GetElapsedTime(_began));
            _attempts = 0;
            _reasons.Clear();
        }
        Log.WorksAgain(logger, what, lasted, attempts);
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.StillFails, LogLevel.Warning, "{What}: has failed for {Lasts} by now, {Attempts} times; the last time: {Reason}")]
        public static partial void StillFails(ILogger logger, string what, TimeSpan lasts, int attempts, string reason);

        [LoggerMessage(LogEvents.WorksAgain, LogLevel.Information, "{What}: works again, after {Lasted} and {Attempts} failures")]
        public static partial void WorksAgain(ILogger logger, string what, TimeSpan lasted, int attempts);
    }
}
