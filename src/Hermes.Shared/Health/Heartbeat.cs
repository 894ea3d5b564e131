namespace Hermes.Shared.Health;

/// <summary>The sign of life of one loop: it beats at each turn, and says so when it waits for something that need not come.
/// Made by <see cref="Heartbeats.Register"/>; disposed of when the loop has come to its end.</summary>
/// <remarks>A beat reads the clock and writes two numbers: cheap enough for every turn. One loop, one heartbeat.</remarks>
public sealed class Heartbeat : IDisposable
{
    private readonly Heartbeats _owner;
    private long _last;
    private long _dueBy;

    internal Heartbeat(Heartbeats owner, string name, TimeSpan longestSilence, Servers waitsFor)
    {
        (_owner, Name, LongestSilence, WaitsFor) = (owner, name, longestSilence, waitsFor);
        Beat();
    }

    /// <summary>The loop's name, unique in the process.</summary>
    public string Name { get; }

    /// <summary>How long it may work without a beat.</summary>
    public TimeSpan LongestSilence { get; }

    /// <summary>The servers whose absence excuses its silence.</summary>
    public Servers WaitsFor { get; }

    internal long Last => Volatile.Read(ref _last);

    internal long DueBy => Volatile.Read(ref _dueBy);

    /// <summary>It lives, and has work at hand.</summary>
    public void Beat() => Set(LongestSilence);

    /// <summary>It lives, and now waits for something that may take any time, such as the next change.</summary>
    public void Rest() => Set(Timeout.InfiniteTimeSpan);

    /// <summary>It lives, and now waits, but for no longer than this.</summary>
    public void Rest(TimeSpan atMost) => Set(atMost + LongestSilence);

    /// <summary>The loop is at its end, and its silence no fault.</summary>
    public void Dispose() => _owner.Remove(this);

    private void Set(TimeSpan silence)
    {
        var now = _owner.Now;
        Volatile.Write(ref _last, now);
        Volatile.Write(ref _dueBy, silence == Timeout.InfiniteTimeSpan ? long.MaxValue : _owner.After(now, silence));
    }
}
