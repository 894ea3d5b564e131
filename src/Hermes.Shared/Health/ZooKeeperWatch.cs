using Hermes.ZooKeeper;
using Microsoft.Extensions.Hosting;

namespace Hermes.Shared.Health;

/// <summary>Follows the session, so that who waits for ZooKeeper is not taken for stuck.</summary>
internal sealed class ZooKeeperWatch(IZooKeeper zooKeeper, Heartbeats heartbeats) : BackgroundService
{
    private volatile bool _wasUp;

    public ServerState State
    {
        get
        {
            var session = zooKeeper.Session;
            var isUp = session.State is SessionState.Connected;
            return new(isUp, _wasUp || isUp, isUp ? $"session 0x{session.Id:x}, {session.Timeout.TotalSeconds:0.#} s" : $"session is {session.State}");
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var status in zooKeeper.SessionChangesAsync(stoppingToken))
            {
                var isUp = status.State is SessionState.Connected;
                _wasUp |= isUp;
                heartbeats.Tell(Servers.ZooKeeper, isUp);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }
}
