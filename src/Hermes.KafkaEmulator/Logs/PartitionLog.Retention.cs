namespace Hermes.KafkaEmulator.Logs;

internal sealed partial class PartitionLog
{
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

            _producers.ForgetBelow(_startOffset);
            foreach (var segment in gone)
                segment.Delete();
            return _startOffset;
        }
    }
}
