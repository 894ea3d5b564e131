namespace Hermes.Worker.Consumer.Intake;

/// <summary>Runs what has to wait for a broker: each on a thread of its own, so that no pool thread is blocked, and so many at a time, so that
/// many subscriptions do not take as many threads.</summary>
internal sealed class BrokerWaits(int atOnce) : IDisposable
{
    private readonly SemaphoreSlim _places = new(atOnce);

    /// <summary>Runs it once there is a place.</summary>
    /// <param name="wait">Waits for a broker, for a bounded time.</param>
    /// <param name="cancellationToken">Ends the wait for a place.</param>
    public async Task<T> RunAsync<T>(Func<T> wait, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            return await Task.Factory.StartNew(wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();
}
