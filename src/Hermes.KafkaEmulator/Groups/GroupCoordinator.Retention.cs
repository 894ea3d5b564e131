namespace Hermes.KafkaEmulator.Groups;

/// <summary>Forgets what nobody uses: offsets whose retention has passed, and groups without members and offsets.</summary>
internal sealed partial class GroupCoordinator
{
    private void ExpireOffsets()
    {
        _deadlines.Set(_expiry, _options.OffsetsRetentionCheckInterval);
        var now = _clock.GetUtcNow();
        foreach (var group in _groups.All.ToList())
        {
            var expired = group.Expired(now);
            expired.ForEach(offset => group.Offsets.Remove(offset.Topic, offset.Partition));
            if (expired.Count > 0)
                _journal.OffsetsGone(group.Id, expired);
            RemoveIfForgotten(group);
        }
    }
}
