using Confluent.Kafka;
using Hermes.Intake.Native;
using Hermes.Intake.Offsets;
using Hermes.Worker.Consumer.Offsets;

namespace Hermes.Worker.Consumer.Intake;

/// <summary>Partitions come: where each is read on from is asked off the intake thread, which serves others meanwhile. The group's
/// answer waits for it, and this consumer is polled on.</summary>
internal sealed partial class SubscriptionIntake
{
    private readonly CancellationTokenSource _closed = new();
    private Task<IReadOnlyList<PartitionStart>>? _found;
    private Task _lastLookup = Task.CompletedTask;

    private void OnAssigned(List<TopicPartition> partitions) => Answer(() =>
    {
        if (partitions.Count == 0)
        {
            TakeUp([]);
            return;
        }
        if (_isClosing) // on a thread that may wait
        {
            TakeUp(StartLookup.Ask(_consumer, partitions, _spec.CreatedAt));
            return;
        }
        _found = FindStartsAsync(partitions, _lastLookup);
        _lastLookup = RingAfterAsync(_found);
    });

    private async Task<IReadOnlyList<PartitionStart>> FindStartsAsync(List<TopicPartition> partitions, Task before)
    {
        // One whose partitions were revoked meanwhile may still wait for the broker. What it comes to is nobody's concern.
        await before;
        return await _starting.RunAsync(() => StartLookup.Ask(_consumer, partitions, _spec.CreatedAt), _closed.Token);
    }

    private async Task RingAfterAsync(Task found)
    {
        await found.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ring();
    }

    /// <summary>Takes up the partitions once it is known where.</summary>
    private void GoOnStarting()
    {
        if (_found is not { IsCompleted: true } found)
            return;
        _found = null;
        Answer(() => TakeUp(found.GetAwaiter().GetResult())); // it is there; what went wrong is thrown after the answer
    }

    /// <summary>The consumer is about to be closed, and must not be used by a look-up any more. What was found is taken up first: the close
    /// then goes the way of every other.</summary>
    private void EndStarting()
    {
        _closed.Cancel();
        _lastLookup.Wait();
        _closed.Dispose();
        GoOnStarting();
        _rebalanceFault = null; // named by nobody: it ends here
    }

    /// <summary>Each partition gets a ledger of a new epoch.</summary>
    private void TakeUp(IReadOnlyList<PartitionStart> starts)
    {
        _ledgers = [.. _ledgers, .. starts.Select(LedgerOf)];
        _isPaused = false;
        Log.Assigned(_logger, Name, string.Join(", ", starts.Select(s => $"{s.Partition.Topic}[{s.Partition.Partition.Value}]@{s.Offset}")));
        _consumer.Assign(starts.Select(s => new TopicPartitionOffset(s.Partition, s.Offset)));
        _consumer.Resume(starts.Select(s => s.Partition)); // a pause of an earlier ownership may stick to one of them
    }

    private PartitionLedger LedgerOf(PartitionStart start) =>
        new(start.Partition.Topic, start.Partition.Partition.Value, Interlocked.Increment(ref _lastEpoch), start.Offset,
            start.Committed is { } mark ? SettledRuns.Parse(mark.Offset, mark.Metadata) : SettledRuns.None)
        { LastCommitted = start.Committed ?? default };
}
