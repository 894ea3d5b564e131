using Confluent.Kafka;
using Hermes.Shared.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Shared.Health;

/// <summary>Asks the brokers every few seconds whether they are there.</summary>
internal sealed partial class KafkaWatch(KafkaClients clients, Heartbeats heartbeats, ILogger<KafkaWatch> logger, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PauseUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseDown = TimeSpan.FromSeconds(1);
    private volatile ServerState _state = ServerState.Unknown;

    public ServerState State => _state;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Out of the way of what the worker itself has to begin.
            await Task.Delay(FirstPause, clock, stoppingToken);
            using var kafka = new KafkaAdministration(clients);
            while (true)
            {
                await LookAsync(kafka).WaitAsync(stoppingToken);
                await Task.Delay(_state.IsUp ? PauseUp : PauseDown, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task LookAsync(KafkaAdministration kafka)
    {
        var before = _state;
        try
        {
            var (id, brokers) = await kafka.ClusterAsync(Limit);
            _state = new(true, true, $"cluster {id}, {brokers} brokers");
            if (before is { WasUp: true, IsUp: false })
                Log.KafkaBack(logger);
        }
        catch (KafkaException e)
        {
            _state = new(false, before.WasUp, e.Error.Reason);
            if (before.IsUp || before == ServerState.Unknown)
                Log.KafkaAway(logger, _state.Detail);
        }
        heartbeats.Tell(Servers.Kafka, _state.IsUp);
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.KafkaAway, LogLevel.Warning, "Kafka cannot be reached: {Reason}. What needs it waits, and is done when it is back")]
        public static partial void KafkaAway(ILogger logger, string reason);

        [LoggerMessage(LogEvents.KafkaBack, LogLevel.Information, "Kafka can be reached again")]
        public static partial void KafkaBack(ILogger logger);
    }
}
