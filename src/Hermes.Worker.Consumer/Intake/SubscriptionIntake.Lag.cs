using Confluent.Kafka;

namespace Hermes.Worker.Consumer.Intake;

/// <summary>How far the subscription is behind.</summary>
internal sealed partial class SubscriptionIntake
{
    private static readonly TimeSpan LagInterval = TimeSpan.FromSeconds(2);
    private long _lag;
    private long _lagMeasured;

    /// <summary>Records of the partitions held here that are not committed yet, as of the last measure.</summary>
    public long Lag => Volatile.Read(ref _lag);

    /// <summary>The ends are those that came with the last records: no broker is asked.</summary>
    private void MeasureLag()
    {
        if (_isStopping || _clock.GetElapsedTime(_lagMeasured) < LagInterval)
            return;
        _lagMeasured = _clock.GetTimestamp();
        var lag = 0L;
        foreach (var ledger in _ledgers)
        {
            var end = _consumer.GetWatermarkOffsets(new(ledger.Topic, ledger.Partition)).High.Value;
            if (end >= 0 && ledger.LastCommitted.Offset >= 0)
                lag += Math.Max(end - ledger.LastCommitted.Offset, 0);
        }
        Volatile.Write(ref _lag, lag);
    }
}
