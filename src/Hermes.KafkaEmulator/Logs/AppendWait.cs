namespace Hermes.KafkaEmulator.Logs;

/// <summary>One long poll: it ends with the first append to any of its logs, or with its time.</summary>
internal sealed class AppendWait
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends the wait.</summary>
    public void Signal() => _done.TrySetResult();

    /// <summary>Returns at the first signal, at the end of the time, or when the server stops; never throws.</summary>
    public async Task WhenSignalledAsync(TimeSpan atMost, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var timer = clock.CreateTimer(static wait => ((AppendWait)wait!).Signal(), this, atMost, Timeout.InfiniteTimeSpan);
        await using var stop = cancellationToken.UnsafeRegister(static wait => ((AppendWait)wait!).Signal(), this);
        await _done.Task;
    }
}
