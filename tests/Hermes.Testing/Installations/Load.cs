namespace Hermes.Testing.Installations;

/// <summary>Publishes in the background, a few messages at a time, until it is ended.</summary>
public sealed class Load : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<List<string>> _running;

    public Load(HermesInstallation hermes) => _running = Task.Run(async () =>
    {
        var ids = new List<string>();
        using var timer = new PeriodicTimer(Pause);
        while (!_stop.IsCancellationRequested)
        {
            ids.AddRange(await hermes.PublishAsync(10));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
        return ids;
    });

    /// <summary>Ends it.</summary>
    /// <returns>The ids of all that was published.</returns>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        await _stop.CancelAsync();
        return await _running;
    }

    public void Dispose() => _stop.Cancel();
}
