namespace Hermes.ZooKeeper.Sessions;

/// <summary>Waits between attempts to connect: none before the first, then exponential with full jitter.</summary>
internal sealed class Backoff(TimeSpan cap)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private int _failures;

    public void Reset() => _failures = 0;

    public TimeSpan Next()
    {
        if (_failures++ == 0)
            return TimeSpan.Zero;
        var ceiling = Math.Min(First.TotalMilliseconds * Math.Pow(2, Math.Min(_failures, 16)), cap.TotalMilliseconds);
#pragma warning disable CA5394 // jitter is no secret
        return TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * ceiling);
#pragma warning restore CA5394
    }
}
