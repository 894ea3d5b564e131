using Confluent.Kafka;

namespace Hermes.Testing.Installations;

/// <summary>A member of a consumer group that heartbeats and does nothing else, as one of another fleet would look to ours.</summary>
public sealed class StrangeMember : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _assigned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _polling;

    public StrangeMember(ConsumerConfig client, string topic)
    {
        var consumer = new ConsumerBuilder<byte[], byte[]>(client)
            .SetPartitionsAssignedHandler((c, partitions) =>
            {
                _assigned.TrySetResult();
                return partitions.Select(p => new TopicPartitionOffset(p, Offset.End));
            })
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Subscribe(topic);
        _polling = Task.Run(() =>
        {
            using (consumer)
            {
                while (!_stop.IsCancellationRequested)
                    consumer.Consume(TimeSpan.FromMilliseconds(100));
                consumer.Close();
            }
        });
    }

    /// <summary>Waits until it is a member.</summary>
    public Task WhenAssignedAsync() => _assigned.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Leaves the group.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _polling.Wait();
        _stop.Dispose();
    }
}
