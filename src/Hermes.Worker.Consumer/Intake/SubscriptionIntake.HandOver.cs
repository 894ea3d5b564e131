using System.Runtime.ExceptionServices;
using Confluent.Kafka;
using Hermes.Intake.Native;
using Hermes.Worker.Consumer.Offsets;

namespace Hermes.Worker.Consumer.Intake;

/// <summary>A rebalance takes partitions away: what is on the wire is finished and committed before they are given back, so that
/// their next owner repeats nothing. The group waits for it, so the time is bounded; the intake thread does not.</summary>
/// <remarks>Order: nothing more is taken and what waits is dropped; the attempts on the wire end, or their time does; what they came
/// to is committed, and the broker has answered; then the partitions are given back. A member that still has them may commit while
/// the group is being rebalanced.</remarks>
internal sealed partial class SubscriptionIntake
{
    private static readonly TimeSpan LastCommitLimit = TimeSpan.FromSeconds(5);
    private HandOver? _handOver;
    private Exception? _rebalanceFault;
    private bool _isClosing;

    private sealed record HandOver(List<TopicPartition> Partitions, List<PartitionLedger> Ledgers, long Began)
    {
        /// <summary>What is on the wire now does not count any more.</summary>
        public bool IsCut { get; set; }
    }

    private void OnRevoked(List<TopicPartition> partitions) => Answer(() =>
    {
        _found = null; // what was not taken up yet needs no farewell
        if (RebalanceWatch.HasLostAssignment(_consumer))
        {
            Lost(partitions);
            _consumer.Unassign();
        }
        else if (_isClosing)
        {
            GiveBackAtOnce(partitions);
        }
        else
        {
            BeginHandOver(partitions);
        }
    });

    // An exception must not pass through librdkafka: it is thrown after the poll.
    private void Answer(Action act)
    {
        try
        {
            act();
        }
        catch (Exception e)
        {
            _rebalanceFault = e;
            _consumer.Unassign();
        }
    }

    private void ThrowRebalanceFault()
    {
        if (_rebalanceFault is not { } fault)
            return;
        _rebalanceFault = null;
        ExceptionDispatchInfo.Throw(fault);
    }

    private void BeginHandOver(List<TopicPartition> partitions)
    {
        _handOver = new(partitions, LedgersOf(partitions), _clock.GetTimestamp());
        foreach (var ledger in _handOver.Ledgers)
        {
            ledger.RestsUntil = 0;
            _delivery.Release(ledger.Topic, ledger.Partition, ledger.Epoch);
        }
        var released = _handOver.Ledgers;
        DropHeld(m => released.Exists(l => l.Partition == m.Partition && l.Topic == m.KafkaTopic));
        GoOnHandingOver();
    }

    /// <summary>Gives the partitions back once all is said.</summary>
    private void GoOnHandingOver()
    {
        if (_handOver is not { } handOver)
            return;
        if (RebalanceWatch.HasLostAssignment(_consumer))
        {
            Lost(handOver.Partitions);
            EndHandOver();
            return;
        }
        var spent = _clock.GetElapsedTime(handOver.Began);
        if (_delivery.Releasing > 0 && spent < _options.HandOverBudget)
            return;
        if (!handOver.IsCut)
        {
            handOver.IsCut = true;
            if (_delivery.Releasing > 0)
                Log.HandOverCut(_logger, Name, _delivery.Releasing, _options.HandOverBudget);
            foreach (var ledger in handOver.Ledgers)
                _delivery.Abandon(ledger.Topic, ledger.Partition, ledger.Epoch);
        }
        CommitLater();
        var uncommitted = handOver.Ledgers.Count(l => l.InFlight is not null || l.Mark() != l.LastCommitted);
        if (uncommitted > 0 && spent < _options.HandOverBudget + LastCommitLimit)
            return;
        Remove(handOver.Partitions);
        TellOfRevocation(handOver.Partitions.Count, uncommitted);
        EndHandOver();
    }

    private void ServeHandOver()
    {
        while (Poll() is not null)
        {
            // Poll hands out nothing now; it serves answers.
        }
        GoOnHandingOver();
    }

    private void EndHandOver()
    {
        _handOver = null;
        _consumer.Unassign();
    }

    /// <summary>The consumer is being closed, off the intake thread: nothing is on the wire any more, and the broker may be waited for.</summary>
    private void GiveBackAtOnce(List<TopicPartition> partitions)
    {
        TellOfRevocation(partitions.Count, CommitLast(Remove(partitions)));
        _consumer.Unassign();
    }

    private void TellOfRevocation(int partitions, int uncommitted)
    {
        Log.Revoked(_logger, Name, partitions);
        if (uncommitted > 0)
            Log.LeftUncommitted(_logger, Name, uncommitted);
    }
}
