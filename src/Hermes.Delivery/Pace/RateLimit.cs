namespace Hermes.Delivery.Pace;

/// <summary>
/// A token bucket: so many attempts a second, and at the start and after a rest one second's worth at once. Not thread-safe: its owner locks.
/// </summary>
/// <remarks>Kept as the moment at which the next attempt is owed, so that nothing has to be refilled.</remarks>
internal sealed class RateLimit(long frequency)
{
    private double _interval;
    private double _next = double.NegativeInfinity;

    /// <summary>Sets the rate, attempts a second, from <paramref name="now"/> on; what was saved up is kept within one second.</summary>
    public void Set(double perSecond, long now)
    {
        var interval = frequency / perSecond;
        // The part of the wait that is left is left of the new wait: who slept at one attempt a minute must not sleep on at full rate.
        if (_next > now) _next = now + ((_next - now) / _interval * interval);
        _interval = interval;
    }

    /// <summary>Takes one attempt at <paramref name="now"/>, or tells when to come again.</summary>
    /// <param name="now">A timestamp of the clock.</param>
    /// <param name="again">When it was refused: the timestamp at which one attempt will be free.</param>
    public bool TryTake(long now, out long again)
    {
        var next = Math.Max(_next, now - Math.Max(frequency - _interval, 0));
        if (next > now)
        {
            again = (long)Math.Ceiling(next);
            return false;
        }

        _next = next + _interval;
        again = now;
        return true;
    }
}
