using Confluent.Kafka;
using Hermes.ZooKeeper;

namespace Hermes.Faults.Loads;

/// <summary>What the conductor itself wants of servers that it has just killed: asked again until it is done.</summary>
internal static class Stubborn
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Does something that bears repetition.</summary>
    /// <exception cref="TimeoutException">It could not be done within two minutes; names it, and holds the last failure.</exception>
    public static async Task<T> DoAsync<T>(Func<Task<T>> step, string what, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await step();
            }
            catch (Exception e) when (e is ZooKeeperException or IOException or KafkaException)
            {
                if (TimeProvider.System.GetElapsedTime(start) > Patience)
                    throw new TimeoutException($"Could not be done within {Patience.TotalSeconds:0} s: {what}. {e.Message}", e);
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="DoAsync{T}"/>
    public static Task DoAsync(Func<Task> step, string what, CancellationToken cancellationToken) => DoAsync(async () =>
    {
        await step();
        return true;
    }, what, cancellationToken);
}
