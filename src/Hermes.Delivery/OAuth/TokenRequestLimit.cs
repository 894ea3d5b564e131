namespace Hermes.Delivery.OAuth;

/// <summary>
/// How often tokens may be asked for, as Hermes limits it: one in the initial delay, and half as many after each request, down to one in the
/// longest delay; a successful delivery sets it back. Not thread-safe: its owner locks.
/// </summary>
internal sealed class TokenRequestLimit
{
    // Hermes's limiter warms up: after a rest of its whole warm-up the first request costs half as much again.
    private const double ColdCost = 1.5;
    private readonly long _initial;
    private readonly long _longest;
    private long _delay;
    private long? _next;

    /// <param name="initial">The delay at first.</param>
    /// <param name="longest">The delay at last.</param>
    /// <param name="frequency">Timestamps in a second.</param>
    public TokenRequestLimit(TimeSpan initial, TimeSpan longest, long frequency)
    {
        _initial = _delay = (long)(Math.Max(initial.TotalSeconds, 0) * frequency);
        _longest = Math.Max((long)(longest.TotalSeconds * frequency), _initial);
    }

    /// <summary>Takes leave for one request at <paramref name="now"/>; false: not yet.</summary>
    public bool TryTake(long now)
    {
        if (_next is { } next && now < next) return false;
        var cold = _next is null || now - _next >= _initial;
        _next = now + (cold ? (long)(_delay * ColdCost) : _delay);
        _delay = Math.Min(Math.Max(_delay, 1) * 2, _longest);
        return true;
    }

    /// <summary>A delivery succeeded. What was taken already is still waited for.</summary>
    public void Reset() => _delay = _initial;
}
