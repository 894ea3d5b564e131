using System.Threading.Channels;

namespace Hermes.Shared.Hosting;

/// <summary>Wakes the one who waits; many at once count as one.</summary>
public sealed class Nudge : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>Wakes who waits, or who waits next.</summary>
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
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    /// <summary>Gives a nudge for whatever comes in a feed, until the feed or the token ends. Never throws.</summary>
    public async Task FollowAsync<T>(ChannelReader<T> feed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(feed);
        try
        {
            while (await feed.WaitToReadAsync(cancellationToken))
            {
                while (feed.TryRead(out _))
                {
                    // What counts is how things are when the one who waits looks.
                }
                Give();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
    }

    /// <summary>Waits for a nudge.</summary>
    /// <returns>False: the time was over first.</returns>
    public Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken) => _signal.WaitAsync(limit, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _signal.Dispose();
}
