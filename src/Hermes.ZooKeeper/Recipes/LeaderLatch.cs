using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Hermes.ZooKeeper.Recipes;

/// <summary>Recipe: one leader among those who stand, compatible with Curator's <c>LeaderLatch</c>, so that both kinds of
/// candidates may stand at one path.</summary>
/// <remarks>
/// <para>Nodes: <c>{path}/_c_{uuid}-latch-{number}</c>, ephemeral and sequential; data: the candidate's id. The lowest number
/// leads; the others watch the one before them.</para>
/// <para>Session states: when the connection breaks the term ends at once. After a reconnect the node, if it is still ours,
/// is kept and may lead again, in a new term. After an expired session the candidate starts over.</para>
/// </remarks>
public sealed partial class LeaderLatch : IAsyncDisposable
{
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);
    private readonly IZooKeeper _zooKeeper;
    private readonly string _path;
    private readonly ReadOnlyMemory<byte> _id;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly Outage _outage;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<LeadershipTerm> _terms = Channel.CreateUnbounded<LeadershipTerm>();
    private readonly Task _running;
    private volatile LeadershipTerm? _term;
    private Guid _attempt;
    private string? _node;
    private int _generation;

    private LeaderLatch(IZooKeeper zooKeeper, string path, string id, ILogger logger, TimeProvider clock)
    {
        (_zooKeeper, _path, _id, _logger, _clock) = (zooKeeper, path, System.Text.Encoding.UTF8.GetBytes(id), logger, clock);
        _outage = new($"The candidacy at {path}", logger, clock);
        _running = Task.Run(RunAsync);
    }

    /// <summary>The present term; <see langword="null"/> while someone else leads, or nobody knows.</summary>
    public LeadershipTerm? Term => _term is { Ended.IsCancellationRequested: false } term ? term : null;

    /// <summary>Stands for leader. The path is created (as a container) where it is missing, its parents are not.</summary>
    /// <param name="zooKeeper">The session that the candidacy lives on.</param>
    /// <param name="path">Where the candidates stand.</param>
    /// <param name="id">Who we are, for people.</param>
    /// <param name="logger">Where failures go.</param>
    /// <param name="clock">For the waits between attempts.</param>
    public static LeaderLatch Start(IZooKeeper zooKeeper, string path, string id, ILogger logger, TimeProvider clock)
    {
        NodePath.Validate(path);
        return new(zooKeeper, path, id, logger, clock);
    }

    /// <summary>Waits for the next term that has not ended yet.</summary>
    /// <exception cref="ChannelClosedException">The latch was left.</exception>
    public async Task<LeadershipTerm> WhenLeaderAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Term is { } present)
                return present;
            await _terms.Reader.ReadAsync(cancellationToken);
        }
    }

    /// <summary>Steps down and takes the candidacy back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    private async Task RunAsync()
    {
        for (var failures = 0; !_stop.IsCancellationRequested;)
        {
            try
            {
                await StandAsync();
                failures = 0;
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (ObjectDisposedException)
            {
                break; // the client has ended
            }
            catch (Exception e) // a candidate that gave up would leave its place for ever
            {
                var delay = TimeSpan.FromMilliseconds(Math.Min(50 * Math.Pow(2, failures++), LongestRetry.TotalMilliseconds));
                if (e is not (ConnectionLostException or SessionExpiredException or OperationCanceledException) && _outage.Fails(e))
                    Log.LatchFailed(_logger, e, _path, delay);
                await Task.Delay(delay, _clock, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
        _terms.Writer.TryComplete();
        await LeaveAsync();
    }

    /// <summary>One look: take a place if there is none, lead if it is the first, else wait for the one before it.</summary>
    private async Task StandAsync()
    {
        var session = await _zooKeeper.WhenConnectedAsync(_stop.Token);
        if (_generation != session.Generation)
            (_node, _generation) = (null, session.Generation); // gone with its session
        await TakePlaceAsync();
        var candidates = LatchNode.InOrder((await _zooKeeper.GetChildrenAsync(_path, _stop.Token)).Names);
        var place = candidates.FindIndex(c => string.Equals($"{_path}/{c.Name}", _node, StringComparison.Ordinal));
        if (place < 0)
        {
            _node = null; // someone has deleted it: stand anew
            return;
        }
        _outage.Works();
        if (place == 0)
            await LeadAsync(session);
        else
            await WaitAsync($"{_path}/{candidates[place - 1].Name}", session);
    }

    private async Task LeadAsync(SessionStatus session)
    {
        Watched<NodeData> own;
        try
        {
            own = await _zooKeeper.GetAndWatchAsync(_node!, _stop.Token);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode)
        {
            return;
        }
        using var watch = own.Watch;
        // A node of the session before, not yet expired, would make two leaders.
        if (own.Value.Stat.EphemeralOwner != session.Id)
        {
            _node = null;
            return;
        }
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(session.InDoubt, _stop.Token);
        if (ended.IsCancellationRequested)
            return;
        _term = new(own.Value.Stat.CreatedZxid, Operation.Check(_node!, NodeVersion.Any), ended.Token);
        _terms.Writer.TryWrite(_term);
        try
        {
            await watch.Fired.WaitAsync(ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
            _term = null;
        }
    }

    private async Task WaitAsync(string predecessor, SessionStatus session)
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(session.InDoubt, _stop.Token);
        try
        {
            // Not "exists": that would leave a watch behind on a node that never comes again.
            using var watch = (await _zooKeeper.GetAndWatchAsync(predecessor, _stop.Token)).Watch;
            await watch.Fired.WaitAsync(woken.Token);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode) { } // gone since it was listed: look again
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested) { } // reconnect, then look again
    }

    private async Task TakePlaceAsync()
    {
        if (_node is not null)
            return;
        if (_attempt != Guid.Empty)
            await DropAttemptAsync(_stop.Token); // its answer was lost
        _attempt = Guid.NewGuid();
        var name = $"{_path}/{LatchNode.PrefixOf(_attempt)}";
        try
        {
            _node = (await _zooKeeper.CreateAsync(name, _id, CreateMode.EphemeralSequential, _stop.Token)).Path;
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode)
        {
            await CreatePathAsync();
            _node = (await _zooKeeper.CreateAsync(name, _id, CreateMode.EphemeralSequential, _stop.Token)).Path;
        }
        _attempt = Guid.Empty;
    }

    private async Task CreatePathAsync()
    {
        try
        {
            await _zooKeeper.CreateAsync(_path, default, CreateMode.Container, _stop.Token);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists) { } // another candidate was first
    }

    /// <summary>Deletes what an attempt may have made; a late one is never adopted.</summary>
    private async Task DropAttemptAsync(CancellationToken cancellationToken)
    {
        await _zooKeeper.SyncAsync(_path, cancellationToken);
        var prefix = LatchNode.PrefixOf(_attempt);
        var names = await _zooKeeper.TryGetChildrenAsync(_path, cancellationToken) is { } children ? children.Names : [];
        foreach (var name in names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)))
            await DeleteAsync($"{_path}/{name}", cancellationToken);
        _attempt = Guid.Empty;
    }

    private async Task LeaveAsync()
    {
        if (_generation != _zooKeeper.Session.Generation)
            return;
        using var limit = new CancellationTokenSource(LongestRetry, _clock);
        try
        {
            if (_attempt != Guid.Empty)
                await DropAttemptAsync(limit.Token);
            if (_node is not null)
                await DeleteAsync(_node, limit.Token);
        }
        catch (Exception e) when (e is IOException or ZooKeeperException or ObjectDisposedException or OperationCanceledException)
        {
            Log.LatchFailed(_logger, e, _path, TimeSpan.Zero);
        }
    }

    private async Task DeleteAsync(string node, CancellationToken cancellationToken)
    {
        try
        {
            await _zooKeeper.DeleteAsync(node, NodeVersion.Any, cancellationToken);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode) { } // gone already
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.LatchFailed, LogLevel.Warning,
            "The candidacy at {Path} ran into a failure; tried again in {Delay} (or not, where the latch is being left)")]
        public static partial void LatchFailed(ILogger logger, Exception exception, string path, TimeSpan delay);
    }
}
