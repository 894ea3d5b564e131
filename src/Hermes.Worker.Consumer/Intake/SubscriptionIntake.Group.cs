using Confluent.Kafka;
using Hermes.Intake.Native;
using Hermes.Intake.Offsets;
using Hermes.Worker.Consumer.Offsets;

namespace Hermes.Worker.Consumer.Intake;

/// <summary>The group's side: partitions come and go, offsets are committed.</summary>
internal sealed partial class SubscriptionIntake
{
    /// <summary>Commits what is settled, while the group still lets us, and waits for the answer.</summary>
    /// <returns>How many partitions the broker has refused or not confirmed.</returns>
    private int CommitLast(List<PartitionLedger> ledgers)
    {
        // A partition at rest is committed too if it never was: its start, found by time, must not be searched for again.
        var due = ledgers.Select(l => (Ledger: l, Mark: l.Mark())).Where(d => d.Mark != d.Ledger.LastCommitted).ToList();
        if (due.Count == 0)
            return 0;
        using var list = new PartitionList(due.Count);
        foreach (var (ledger, mark) in due)
            list.Add(ledger.Topic, ledger.Partition, mark);
        var errors = list.Commit(_consumer);
        for (var i = 0; i < errors.Count; i++)
        {
            if (errors[i] is ErrorCode.NoError)
                _metrics.Committed(1);
            else
                CommitFailed(due[i].Ledger, errors[i]);
        }
        return errors.Count(e => e is not ErrorCode.NoError);
    }

    /// <summary>The group has given our partitions to others already: nothing of ours counts any more.</summary>
    private void Lost(List<TopicPartition> partitions)
    {
        Remove(partitions);
        Log.Lost(_logger, Name, partitions.Count);
    }

    private List<PartitionLedger> LedgersOf(List<TopicPartition> partitions) =>
        [.. _ledgers.Where(l => partitions.Exists(p => p.Partition.Value == l.Partition && p.Topic == l.Topic))];

    private List<PartitionLedger> Remove(List<TopicPartition> partitions)
    {
        var gone = LedgersOf(partitions);
        foreach (var ledger in gone)
            _delivery.Abandon(ledger.Topic, ledger.Partition, ledger.Epoch);
        _ledgers = [.. _ledgers.Except(gone)];
        DropHeldOfOldEpochs();
        ForgetOldEpochs();
        gone.ForEach(l => l.Confirmed?.TrySetResult(false));
        return gone;
    }

    /// <summary>Sends what is new; the answers come with a later poll.</summary>
    private void CommitLater()
    {
        List<(PartitionLedger, LedgerMark)>? due = null;
        foreach (var ledger in _ledgers)
        {
            if (ledger.InFlight is not null && _clock.GetElapsedTime(ledger.SentAt) < AnswerLimit)
                continue;
            ledger.InFlight = null;
            if (_clock.GetTimestamp() < ledger.RestsUntil)
                continue;
            var changes = ledger.Changes;
            if (changes == ledger.ChangesCommitted)
                continue;
            var mark = ledger.Mark();
            ledger.ChangesCommitted = changes;
            if (mark != ledger.LastCommitted)
                (due ??= []).Add((ledger, mark));
        }
        if (due is null)
            return;
        using var list = new PartitionList(due.Count);
        foreach (var (ledger, mark) in due)
        {
            list.Add(ledger.Topic, ledger.Partition, mark);
            (ledger.InFlight, ledger.SentAt) = (mark, _clock.GetTimestamp());
        }
        try
        {
            list.CommitLater(_consumer);
        }
        catch (KafkaException e)
        {
            foreach (var (ledger, _) in due)
                CommitFailed(ledger, e.Error.Code);
        }
    }

    private void Committed(CommittedOffsets answer)
    {
        foreach (var partition in answer.Offsets)
        {
            if (Find(partition.Topic, partition.Partition.Value) is not { InFlight: { } mark } ledger || mark.Offset != partition.Offset.Value)
                continue;
            var code = partition.Error.IsError ? partition.Error.Code : answer.Error.Code;
            if (code is ErrorCode.NoError)
            {
                (ledger.LastCommitted, ledger.InFlight) = (mark, null);
                _commits.Works();
                ledger.Confirmed?.TrySetResult(true);
                _metrics.Committed(1);
            }
            else
            {
                CommitFailed(ledger, code);
            }
        }
    }

    /// <summary>A failed commit is said again, in its newest form, at the next turn (W6).</summary>
    private void CommitFailed(PartitionLedger ledger, ErrorCode code)
    {
        ledger.InFlight = null;
        ledger.ChangesCommitted = -1;
        _metrics.CommitFailed();
        if (_commits.Fails(code.ToString()))
            Log.CommitFailed(_logger, Name, ledger.Topic, ledger.Partition, code);
    }
}
