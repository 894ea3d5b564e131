namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>Wakes the one who waits; many at once count as one.</summary>
internal sealed class Nudge : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    public void Give()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // It has not been taken yet.
        }
    }

    public Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken) => _signal.WaitAsync(limit, cancellationToken);

    public void Dispose() => _signal.Dispose();
}
