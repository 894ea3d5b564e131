namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>The true time, which only grows, and beside it the time of ZooKeeper's server, which may jump.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);
    private TimeSpan _jumped;

    public TimeSpan Passed { get; private set; }

    /// <summary>How often it has jumped.</summary>
    public int Jumps { get; private set; }

    public DateTimeOffset ServerTime => Start + Passed + _jumped;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Passed.Ticks;

    public override DateTimeOffset GetUtcNow() => Start + Passed;

    public void Pass(TimeSpan time) => Passed += time;

    public void Jump(TimeSpan by)
    {
        _jumped += by;
        Jumps++;
    }
}
