using System.Text;
using Hermes.Shared.Fleet;
using Hermes.Shared.Hosting;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Membership;

/// <summary>Keeps this worker's node among those that are there: ephemeral, made anew in each session and whenever it is
/// missing. A process that starts under a name takes over what an earlier one of that name has left.</summary>
internal sealed partial class Registration(
    IZooKeeper zooKeeper, FleetPaths paths, FleetFolders folders, ConsumerId id, ConsumerOptions options, ILogger<Registration> logger, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private static readonly byte[] Data = Encoding.UTF8.GetBytes(WorkerSignature.Text);
    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Outage _outage = new($"The registration of {id} in the fleet", logger, clock);
    private bool _hasTakenOver;

    /// <summary>Waits until this worker has been registered once.</summary>
    public Task WhenRegisteredAsync(CancellationToken cancellationToken) => _registered.Task.WaitAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Workload is not Workload.Assigned)
            return;
        try
        {
            while (true)
            {
                try
                {
                    await KeepAsync(stoppingToken);
                }
                catch (Exception e) when (e is IOException or SessionExpiredException)
                {
                    // The next connection, or session, is another chance.
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    if (_outage.Fails(e))
                        Log.RegistrationFailed(logger, e, id, RetryPause);
                    await Task.Delay(RetryPause, clock, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await LeaveAsync(); // ahead of the drain: the others may take over meanwhile
        }
    }

    /// <summary>Makes the node where it is missing, and waits until it may be missing again.</summary>
    private async Task KeepAsync(CancellationToken stoppingToken)
    {
        var session = await zooKeeper.WhenConnectedAsync(stoppingToken);
        if (!_hasTakenOver)
        {
            await folders.CreateMissingAsync(stoppingToken);
            await TakeOverAsync(stoppingToken);
            _hasTakenOver = true;
        }
        var (stat, watch) = await zooKeeper.FindAndWatchAsync(paths.Node(id.Value), stoppingToken);
        using (watch)
        {
            if (stat is null)
            {
                await CreateAsync(stoppingToken);
                Log.Registered(logger, id, session.Generation);
            }
            else if (stat.Value.EphemeralOwner != zooKeeper.Session.Id)
            {
                Log.NameTaken(logger, id);
            }
            _registered.TrySetResult();
            _outage.Works();
            await watch.Fired.WaitAsync(stoppingToken);
        }
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await zooKeeper.CreateAsync(paths.Node(id.Value), Data, CreateMode.Ephemeral, cancellationToken);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists)
        {
            // Ours, by a request whose answer was lost, or another's: the next look tells.
        }
    }

    /// <summary>Takes away what a process of this name has left in a session that has not expired yet: its node would go in the
    /// midst of our life, and its candidacy would lead without anybody at work.</summary>
    private async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        var left = new List<string> { paths.Node(id.Value) };
        foreach (var name in (await zooKeeper.TryGetChildrenAsync(paths.Leader, cancellationToken))?.Names ?? [])
        {
            if (await zooKeeper.TryGetAsync($"{paths.Leader}/{name}", cancellationToken) is { } candidate && Encoding.UTF8.GetString(candidate.Data.Span) == id.Value)
                left.Add($"{paths.Leader}/{name}");
        }
        foreach (var path in left)
            await TryDeleteAsync(path, cancellationToken);
    }

    private async Task LeaveAsync()
    {
        using var limit = new CancellationTokenSource(Farewell, clock);
        try
        {
            if (await zooKeeper.FindAsync(paths.Node(id.Value), limit.Token) is { } stat && stat.EphemeralOwner == zooKeeper.Session.Id)
                await TryDeleteAsync(paths.Node(id.Value), limit.Token);
        }
        catch (Exception e) when (e is IOException or ZooKeeperException or ObjectDisposedException or OperationCanceledException)
        {
            // It goes with the session.
        }
    }

    private async Task TryDeleteAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await zooKeeper.DeleteAsync(path, NodeVersion.Any, cancellationToken);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode)
        {
            // Gone already.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Registered, LogLevel.Information, "Registered in the fleet as {Consumer} (session {Generation})")]
        public static partial void Registered(ILogger logger, ConsumerId consumer, int generation);

        [LoggerMessage(LogEvents.NameTaken, LogLevel.Warning, "Another process is registered in the fleet as {Consumer}; names must be unique (Consumer:NodeId)")]
        public static partial void NameTaken(ILogger logger, ConsumerId consumer);

        [LoggerMessage(LogEvents.RegistrationFailed, LogLevel.Warning, "Cannot register in the fleet as {Consumer}; tried again in {Pause}")]
        public static partial void RegistrationFailed(ILogger logger, Exception exception, ConsumerId consumer, TimeSpan pause);
    }
}
