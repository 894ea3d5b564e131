using Hermes.Shared.Hosting;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Shared.Fleet;

/// <summary>Shows that this worker is there, and of which version: an ephemeral node, made anew in each session and whenever it is
/// missing. Nobody's work depends on it; it is for people, and for <c>hermes doctor</c>. It goes with the session.</summary>
internal sealed partial class WorkerPresence(IZooKeeper zooKeeper, WorkerPaths paths, WorkerRole role, ILogger<WorkerPresence> logger, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);
    private readonly Outage _outage = new("The worker's own node", logger, clock);
    private readonly PresentWorker _self = new(role.Name, WorkerHost.Worker, WorkerSignature.Version, clock.GetUtcNow());

    // Its own alone: containers have one machine's name and one process id again and again.
    private readonly string _node = paths.Node($"{role.Name}-{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await KeepAsync(stoppingToken);
            }
            catch (Exception e) when (e is IOException or SessionExpiredException)
            {
                // The next connection, or session, is another chance.
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested) // whatever it was: the work goes on, and this is tried again
            {
                if (_outage.Fails(e))
                    Log.NotShown(logger, e, paths.Folder, RetryPause);
                await Task.Delay(RetryPause, clock, stoppingToken);
            }
        }
    }

    /// <summary>Makes the node where it is missing, and waits until it may be missing again.</summary>
    private async Task KeepAsync(CancellationToken stoppingToken)
    {
        await zooKeeper.WhenConnectedAsync(stoppingToken);
        var (stat, watch) = await zooKeeper.FindAndWatchAsync(_node, stoppingToken);
        using (watch)
        {
            if (stat is null)
            {
                await zooKeeper.CreateMissingAsync(stoppingToken, paths.Folder); // never the root itself: an installation may still come
                await CreateAsync(stoppingToken);
            }
            _outage.Works();
            await watch.Fired.WaitAsync(stoppingToken);
        }
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await zooKeeper.CreateAsync(_node, _self.Write(), CreateMode.Ephemeral, cancellationToken);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists)
        {
            // Ours, by a request whose answer was lost.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.PresenceNotShown, LogLevel.Warning, "This worker cannot show itself below {Folder}; tried again in {Pause}. Its work does not depend on it")]
        public static partial void NotShown(ILogger logger, Exception exception, string folder, TimeSpan pause);
    }
}
