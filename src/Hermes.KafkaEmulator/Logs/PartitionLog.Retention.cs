namespace Hermes.KafkaEmulator.Logs;

internal sealed partial class PartitionLog
{
    // Kafka's producer.id.expiration.ms.
    private static readonly TimeSpan ProducerSilence = TimeSpan.FromDays(1);

    /// <summary>Raises the first offset, and gives back the segments that lie before it as a whole.</summary>
    /// <param name="offset">At most the end offset; one at or below the first changes nothing.</param>
    /// <returns>The first offset from here on.</returns>
    public long DeleteBefore(long offset)
    {
        lock (_appending)
        {
            List<Segment> gone = [];
            lock (_gate)
            {
                _startOffset = Math.Max(_startOffset, Math.Min(offset, _endOffset));
                // The last segment stays: the next append finds its offset there, also after a restart.
                while (_segments is [_, var second, ..] && second.BaseOffset <= _startOffset)
                {
                    gone.Add(_segments[0]);
                    _segments.RemoveAt(0);
                }
            }

            foreach (var segment in gone)
                segment.Delete();
            return _startOffset;
        }
    }

    /// <summary>Deletes the oldest segments that the topic's settings no longer want kept, and forgets silent producers.</summary>
    public void Retain(LogRules rules)
    {
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_appending)
        {
            _producers.ForgetSilentSince(now - (long)ProducerSilence.TotalMilliseconds);
            long start = 0;
            lock (_gate)
            {
                var size = _segments.Sum(segment => (long)segment.Size);
                for (var i = 0; i + 1 < _segments.Count; i++)
                {
                    var segment = _segments[i];
                    var tooOld = rules.RetentionMs >= 0 && segment.MaxTimestamp >= 0 && now - segment.MaxTimestamp > rules.RetentionMs;
                    var tooMuch = rules.RetentionBytes >= 0 && size - segment.Size >= rules.RetentionBytes;
                    if (!tooOld && !tooMuch)
                        break;
                    size -= segment.Size;
                    start = _segments[i + 1].BaseOffset;
                }
            }

            DeleteBefore(start);
        }
    }
}
