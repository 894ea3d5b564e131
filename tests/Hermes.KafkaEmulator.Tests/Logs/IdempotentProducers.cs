using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Protocol;
using Hermes.Testing.Processes;

namespace Hermes.KafkaEmulator.Tests.Logs;

/// <summary>Kafka's rules for the sequences of idempotent producers.</summary>
public sealed class IdempotentProducers : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private PartitionLog _log;

    public IdempotentProducers() => _log = Open();

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_batch_sent_again_is_answered_with_the_offset_it_has()
    {
        Assert.Equal((KafkaError.None, 0L), Send(sequence: 0, count: 3));
        Assert.Equal((KafkaError.None, 3L), Send(sequence: 3));
        Assert.Equal((KafkaError.None, 0L), Send(sequence: 0, count: 3));
        Assert.Equal((KafkaError.None, 3L), Send(sequence: 3));
        Assert.Equal(4, _log.Offsets.End);
    }

    [Fact]
    public void Only_the_last_five_batches_are_remembered()
    {
        for (var i = 0; i < 6; i++)
            Send(sequence: i);
        Assert.Equal((KafkaError.None, 1L), Send(sequence: 1));
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, Send(sequence: 0).Error);
    }

    [Fact]
    public void A_gap_is_out_of_order()
    {
        Send(sequence: 0);
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, Send(sequence: 2).Error);
        Assert.Equal((KafkaError.None, 1L), Send(sequence: 1));
    }

    [Fact]
    public void A_producer_never_seen_may_start_anywhere() => Assert.Equal((KafkaError.None, 0L), Send(sequence: 77));

    [Fact]
    public void A_newer_epoch_starts_at_zero_and_fences_the_older()
    {
        Send(sequence: 0);
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, Send(sequence: 1, epoch: 1).Error);
        Assert.Equal((KafkaError.None, 1L), Send(sequence: 0, epoch: 1));
        Assert.Equal(KafkaError.InvalidProducerEpoch, Send(sequence: 1).Error);
    }

    [Fact]
    public void Sequences_begin_again_after_the_highest_number()
    {
        Send(sequence: int.MaxValue - 1, count: 2);
        Assert.Equal((KafkaError.None, 2L), Send(sequence: 0));
        Send(sequence: int.MaxValue, count: 3, id: 8);
        Assert.Equal((KafkaError.None, 6L), Send(sequence: 2, id: 8));
    }

    [Fact]
    public void Producers_do_not_mind_each_other()
    {
        Send(sequence: 0);
        Assert.Equal((KafkaError.None, 1L), Send(sequence: 0, id: 8));
        Assert.Equal((KafkaError.None, 2L), Send(sequence: 1));
    }

    [Fact]
    public void A_restart_forgets_no_sequence()
    {
        Send(sequence: 0, count: 3);
        _log.Dispose();
        _log = Open();
        Assert.Equal((KafkaError.None, 0L), Send(sequence: 0, count: 3));
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, Send(sequence: 4).Error);
        Assert.Equal((KafkaError.None, 3L), Send(sequence: 3));
    }

    private PartitionLog Open() => new(_folder.Path, startOffset: 0, TimeProvider.System);

    private (KafkaError Error, long Offset) Send(int sequence, int count = 1, short epoch = 0, long id = 7)
    {
        var result = _log.Append(Batches.Of(count, producer: (id, epoch, sequence)), new LogRules());
        return (result.Error, result.BaseOffset);
    }
}
