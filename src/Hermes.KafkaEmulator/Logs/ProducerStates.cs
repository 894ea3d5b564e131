using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Logs;

/// <summary>What one log knows of its idempotent producers: the epoch, and the last batches of each. The log guards it.</summary>
internal sealed class ProducerStates
{
    // As many as a client may have in flight: a batch sent again is among them.
    private const int KeptBatches = 5;

    private readonly Dictionary<long, State> _producers = [];

    /// <summary>Judges a batch that a producer sends.</summary>
    /// <param name="batch">The batch, with an id.</param>
    /// <param name="duplicateOffset">The offset at which the same batch was kept before; -1 when it is new.</param>
    /// <returns>Kafka's error; none for what follows the last batch, and for a duplicate.</returns>
    public KafkaError Judge(in RecordBatch batch, out long duplicateOffset)
    {
        duplicateOffset = -1;
        // A producer that was forgotten, or that never wrote here, may start anywhere.
        if (!_producers.TryGetValue(batch.ProducerId, out var state))
            return KafkaError.None;
        if (batch.ProducerEpoch < state.Epoch)
            return KafkaError.InvalidProducerEpoch;
        if (batch.ProducerEpoch > state.Epoch)
            return batch.BaseSequence == 0 ? KafkaError.None : KafkaError.OutOfOrderSequenceNumber;
        foreach (var kept in state.Batches)
        {
            if (kept.FirstSequence == batch.BaseSequence && kept.LastSequence == batch.LastSequence)
            {
                duplicateOffset = kept.Offset;
                return KafkaError.None;
            }
        }

        var expected = state.LastSequence == int.MaxValue ? 0 : state.LastSequence + 1;
        return batch.BaseSequence == expected ? KafkaError.None : KafkaError.OutOfOrderSequenceNumber;
    }

    /// <summary>Takes note of a batch that was kept.</summary>
    public void Kept(in RecordBatch batch, long now)
    {
        if (!batch.IsIdempotent)
            return;
        if (!_producers.TryGetValue(batch.ProducerId, out var state) || state.Epoch != batch.ProducerEpoch)
            _producers[batch.ProducerId] = state = new State { Epoch = batch.ProducerEpoch };
        if (state.Batches.Count == KeptBatches)
            state.Batches.Dequeue();
        state.Batches.Enqueue(new(batch.BaseSequence, batch.LastSequence, batch.BaseOffset));
        state.LastSequence = batch.LastSequence;
        state.LastAppend = now;
    }

    /// <summary>Forgets the producers that have been silent since a time.</summary>
    public void ForgetSilentSince(long time)
    {
        foreach (var (id, state) in _producers)
        {
            if (state.LastAppend < time)
                _producers.Remove(id);
        }
    }

    private sealed class State
    {
        public short Epoch { get; init; }

        public int LastSequence { get; set; }

        public long LastAppend { get; set; }

        public Queue<KeptBatch> Batches { get; } = new(KeptBatches);
    }

    private readonly record struct KeptBatch(int FirstSequence, int LastSequence, long Offset);
}
