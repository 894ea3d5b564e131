namespace Hermes.KafkaEmulator.Topics;

/// <summary>Deletes what the settings of topics no longer want kept, every five minutes as Kafka does.</summary>
internal sealed partial class Retention : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly TopicCatalog _topics;
    private readonly ILogger _logger;
    private readonly Lock _running = new();
    private readonly ITimer _timer;
    private bool _stopped;

    public Retention(TopicCatalog topics, TimeProvider clock, ILogger logger)
    {
        (_topics, _logger) = (topics, logger);
        _timer = clock.CreateTimer(_ => Run(), state: null, Interval, Interval);
    }

    /// <summary>Stops; a run that has begun is waited for.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_running)
            _stopped = true;
    }

    private void Run()
    {
        lock (_running)
        {
            if (_stopped)
                return;
            foreach (var topic in _topics.All)
            {
                try
                {
                    foreach (var log in topic.Partitions)
                        log.Retain(topic.Settings.Rules);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    Log.NotRemoved(_logger, e, topic.Name);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(12, LogLevel.Warning, "Old records of {Topic} could not be removed; the next run tries again")]
        public static partial void NotRemoved(ILogger logger, Exception exception, string topic);
    }
}
