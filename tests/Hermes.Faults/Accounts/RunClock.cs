namespace Hermes.Faults.Accounts;

/// <summary>The time since the run's start, by the monotonic clock.</summary>
internal sealed class RunClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public TimeSpan Now => time.GetElapsedTime(_start);
}
