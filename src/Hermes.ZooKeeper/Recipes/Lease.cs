using Microsoft.Extensions.Logging;

namespace Hermes.ZooKeeper.Recipes;

/// <summary>Recipe: at most one owner of a path, for as long as its session surely lives.</summary>
/// <remarks>
/// <para>Nodes: <c>{path}</c> (ephemeral; data: the owner, for people and for whoever wants to know) and
/// <c>{path}.{guid}</c> (ephemeral, empty), made by one multi. The second has a name that never comes again: a node that is
/// deleted and made anew starts at version 0, so a check of <c>{path}</c> could not tell our lease from a successor's.</para>
/// <para>Session states: when the connection breaks, <see cref="Lost"/> fires at once, ahead of the server's time-out. A lost
/// lease stays lost, also when the session comes back; dispose it and take another. A write that must only happen under the
/// lease goes into one multi with <see cref="Guard"/>.</para>
/// </remarks>
public sealed partial class Lease : IAsyncDisposable
{
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(5);
    private readonly IZooKeeper _zooKeeper;
    private readonly LeaseNodes _nodes;
    private readonly int _generation;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost;
    private readonly OneShotWatch _watch;
    private int _isReleased;

    private Lease(IZooKeeper zooKeeper, string path, string guardPath, LeaseNodes nodes, long fence, SessionStatus session, OneShotWatch watch, ILogger logger)
    {
        (_zooKeeper, _nodes, _generation, _watch, _logger) = (zooKeeper, nodes, session.Generation, watch, logger);
        (Path, FencingNumber, Guard) = (path, fence, Operation.Check(guardPath, NodeVersion.Any));
        _lost = CancellationTokenSource.CreateLinkedTokenSource(session.InDoubt);
        Lost = _lost.Token;
        _ = LoseWhenTakenAwayAsync();
    }

    /// <summary>The path that is owned.</summary>
    public string Path { get; }

    /// <summary>Grows with every lease, over the whole life of the ensemble: the nodes' czxid. A resource outside of
    /// ZooKeeper refuses numbers lower than the highest it has seen.</summary>
    public long FencingNumber { get; }

    /// <summary>Put it into a multi: the multi is then applied only while this very lease stands.</summary>
    public Operation Guard { get; }

    /// <summary>Fires when the lease is released, taken away, or in doubt because the connection broke.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Takes the lease unless someone has it. The path's parent must exist.</summary>
    /// <returns>The lease, or <see langword="null"/> when someone else holds it.</returns>
    /// <exception cref="ZooKeeperException">The parent is missing, or the right to create nodes.</exception>
    public static async Task<Lease?> TryTakeAsync(IZooKeeper zooKeeper, string path, ReadOnlyMemory<byte> owner, ILogger logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(zooKeeper);
        var guardPath = $"{path}.{Guid.NewGuid():n}";
        var nodes = new LeaseNodes(zooKeeper, path, guardPath, owner);
        while (true)
        {
            var session = await zooKeeper.WhenConnectedAsync(cancellationToken);
            try
            {
                if (await nodes.TryCreateAsync(cancellationToken) is not { } fence)
                    return null;
                // The status is read before the watch is set: a connection that broke between shows in its token.
                session = zooKeeper.Session;
                var watched = await zooKeeper.GetAndWatchAsync(guardPath, cancellationToken);
                if (watched.Value.Stat.EphemeralOwner == session.Id && session.State is SessionState.Connected)
                    return new(zooKeeper, path, guardPath, nodes, fence, session, watched.Watch, logger);
                watched.Watch.Dispose();
            }
            catch (SessionExpiredException)
            {
                continue; // whatever was made is gone
            }
            catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode && zooKeeper.Session.Generation != session.Generation)
            {
                continue; // made, and gone with its session
            }
            catch (OperationCanceledException)
            {
                await GiveBackAsync(nodes, session.Generation, logger);
                throw;
            }
            await GiveBackAsync(nodes, session.Generation, logger);
        }
    }

    /// <summary>Releases the lease. Goes on in the background, until the nodes or the session are gone, if ZooKeeper cannot
    /// be reached within 5 seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) != 0)
            return;
        await _lost.CancelAsync();
        _watch.Dispose();
        await GiveBackAsync(_nodes, _generation, _logger);
        _lost.Dispose();
    }

    private static async Task GiveBackAsync(LeaseNodes nodes, int generation, ILogger logger)
    {
        var deleting = DeleteAsync();
        await Task.WhenAny(deleting, Task.Delay(ReleaseLimit, TimeProvider.System));

        async Task DeleteAsync()
        {
            try
            {
                await nodes.DeleteAsync(generation, CancellationToken.None);
            }
            catch (ObjectDisposedException) { } // the session was closed, and the nodes with it
            catch (ZooKeeperException e)
            {
                Log.ReleaseFailed(logger, e);
            }
        }
    }

    private async Task LoseWhenTakenAwayAsync()
    {
        try
        {
            await _watch.Fired;
            await _lost.CancelAsync();
        }
        catch (OperationCanceledException) { } // released, or the client ended: then the connection's token has fired
        catch (ObjectDisposedException) { } // released meanwhile
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.ReleaseFailed, LogLevel.Warning,
            "The nodes of a lease could not be deleted; they go with the session")]
        public static partial void ReleaseFailed(ILogger logger, Exception exception);
    }
}
