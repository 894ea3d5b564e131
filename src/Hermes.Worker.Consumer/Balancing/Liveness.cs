namespace Hermes.Worker.Consumer.Balancing;

/// <summary>Who counts as alive: who is there, and who was until a moment ago.</summary>
/// <param name="deadAfter">How long one may be away.</param>
/// <param name="outageGrace">How long more than half of them may be.</param>
/// <param name="clock">This leader's clock: nobody else's says when it saw whom.</param>
internal sealed class Liveness(TimeSpan deadAfter, TimeSpan outageGrace, TimeProvider clock)
{
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);

    /// <summary>When the next of those that are away is dead, as a time to wait; <see langword="null"/> when nobody is away.</summary>
    public TimeSpan? NextDeath { get; private set; }

    /// <summary>Those that are there, and those that have work and are not away for long. One that a new leader has never seen
    /// is away since its first look.</summary>
    public IReadOnlyCollection<string> Look(IReadOnlyCollection<string> present, IEnumerable<string> working)
    {
        var now = clock.GetTimestamp();
        foreach (var consumer in present)
            _seen[consumer] = now;
        var alive = present.ToHashSet(StringComparer.Ordinal);
        var away = working.Where(c => !alive.Contains(c)).ToList();
        var patience = away.Count > alive.Count && outageGrace > deadAfter ? outageGrace : deadAfter;
        NextDeath = null;
        foreach (var consumer in away)
        {
            _seen.TryAdd(consumer, now);
            var left = patience - clock.GetElapsedTime(_seen[consumer], now);
            if (left <= TimeSpan.Zero)
                continue;
            alive.Add(consumer);
            NextDeath = NextDeath is { } soonest && soonest < left ? soonest : left;
        }
        foreach (var dead in _seen.Keys.Where(c => !alive.Contains(c)).ToList())
            _seen.Remove(dead);
        return alive;
    }
}
