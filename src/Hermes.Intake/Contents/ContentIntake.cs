using Confluent.Kafka;
using Hermes.Intake.Offsets;
using Hermes.Shared.Schemas;
using Microsoft.Extensions.Logging;

namespace Hermes.Intake.Contents;

/// <summary>Reads an intake's records, and holds those that wait for a schema: of their partition alone, which is paused meanwhile, and in
/// its order. All on the intake's thread, which waits for nothing here.</summary>
/// <remarks>A record waits as long as the subscription gives a message to live, from its reading on, and at least until the registry was
/// asked for its schema once. A schema that was absent for so long is not waited for again.</remarks>
public sealed partial class ContentIntake
{
    private const int MostGivenUp = 1000;

    // A registry answers sooner, and each schema has to be asked for once.
    private static readonly TimeSpan Unremarkable = TimeSpan.FromSeconds(1);
    private readonly List<Stall> _stalls = [];
    private readonly HashSet<SchemaReference> _givenUp = [];
    private readonly string _name;
    private readonly RecordReader _reader;
    private readonly ContentMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;

    /// <summary>Holds nothing yet.</summary>
    public ContentIntake(string name, RecordReader reader, ContentMetrics metrics, ILogger logger, TimeProvider clock) =>
        (_name, _reader, _metrics, _logger, _clock) = (name, reader, metrics, logger, clock);

    /// <summary>Whether a partition waits, and so must stay paused.</summary>
    public bool Holds(string topic, int partition)
    {
        foreach (var stall in _stalls)
        {
            if (stall.Ledger.Partition == partition && stall.Ledger.Topic == topic)
                return true;
        }
        return false;
    }

    /// <summary>Reads a record that was taken in its ledger.</summary>
    /// <param name="record">As it came.</param>
    /// <param name="ledger">Its partition's.</param>
    /// <param name="consumer">Whose partition is paused when the record has to wait.</param>
    /// <returns>A message, if only one with a fault; none when the record is held.</returns>
    public ReadRecord Read(ConsumeResult<byte[], byte[]> record, OffsetLedger ledger, IConsumer<byte[], byte[]> consumer)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(consumer);
        if (_stalls.Count > 0 && _stalls.Find(s => ReferenceEquals(s.Ledger, ledger)) is { } waits)
        {
            waits.Records.Enqueue((record, _clock.GetTimestamp())); // it was under way when its partition was paused
            return default;
        }
        var read = Read(record, ledger, isLast: false);
        if (read.Awaited is { } awaited)
        {
            var stall = new Stall(ledger, awaited);
            stall.Records.Enqueue((record, _clock.GetTimestamp()));
            _stalls.Add(stall);
            _metrics.Held(+1);
            consumer.Pause([stall.Partition]);
        }
        return read;
    }

    /// <summary>Reads again what waits; to be called by time.</summary>
    /// <param name="take">Takes what came of each record that waits no more, in its partition's order.</param>
    /// <returns>The partitions of which nothing waits any more: they are to be resumed.</returns>
    public IReadOnlyList<TopicPartition> ReadAgain(Action<ReadRecord> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        List<TopicPartition>? free = null;
        for (var i = _stalls.Count - 1; i >= 0; i--)
        {
            var stall = _stalls[i];
            while (stall.Records.TryPeek(out var head) && ReadAgain(stall, head.Record, head.ReadAt) is { Awaited: null } read)
            {
                stall.Records.Dequeue();
                take(read);
            }
            if (stall.Records.Count > 0)
                continue;
            End(i);
            if (stall.IsNamed)
                Log.Released(_logger, _name, stall.Ledger.Topic, stall.Ledger.Partition);
            (free ??= []).Add(stall.Partition);
        }
        return free ?? (IReadOnlyList<TopicPartition>)[];
    }

    /// <summary>Forgets what waits of partitions that are no longer ours, or not in this epoch.</summary>
    /// <param name="isOurs">Tells of a ledger whether it still counts.</param>
    /// <returns>The partitions that were forgotten; one that is ours in a new epoch is to be resumed.</returns>
    public IReadOnlyList<TopicPartition> Forget(Predicate<OffsetLedger> isOurs)
    {
        ArgumentNullException.ThrowIfNull(isOurs);
        List<TopicPartition>? gone = null;
        for (var i = _stalls.Count - 1; i >= 0; i--)
        {
            if (isOurs(_stalls[i].Ledger))
                continue;
            (gone ??= []).Add(_stalls[i].Partition);
            End(i);
        }
        return gone ?? (IReadOnlyList<TopicPartition>)[];
    }

    private void End(int index)
    {
        _stalls.RemoveAt(index);
        _metrics.Held(-1);
    }

    private ReadRecord ReadAgain(Stall stall, ConsumeResult<byte[], byte[]> record, long readAt)
    {
        var read = Read(record, stall.Ledger, isLast: false);
        if (read.Awaited is not { } awaited)
            return read;
        if (!stall.IsNamed && (awaited.Answers > 0 || _clock.GetElapsedTime(readAt) > Unremarkable))
        {
            stall.IsNamed = true;
            Log.Held(_logger, _name, stall.Ledger.Topic, stall.Ledger.Partition, record.Offset.Value, awaited.Reference, awaited.Reason);
        }
        if (!ReferenceEquals(awaited, stall.Awaited))
            (stall.Awaited, stall.AnswersBefore) = (awaited, awaited.Answers);
        if (awaited.Answers == stall.AnswersBefore || _clock.GetElapsedTime(readAt) < _reader.Contract.Patience)
            return read;
        if (awaited.IsAbsent)
            GiveUp(awaited.Reference);
        return Read(record, stall.Ledger, isLast: true);
    }

    private void GiveUp(SchemaReference schema)
    {
        if (_givenUp.Count >= MostGivenUp)
            _givenUp.Clear(); // chance bytes where an id should be; those that come again are waited for again
        _givenUp.Add(schema);
    }

    private ReadRecord Read(ConsumeResult<byte[], byte[]> record, OffsetLedger ledger, bool isLast)
    {
        try
        {
            var read = _reader.Read(record, ledger, isLast);
            if (read.Awaited is null || _givenUp.Count == 0)
                return read;
            // Its schema was looked for long enough, for a record before it, and is still absent.
            return read.Awaited.IsAbsent && _givenUp.Contains(read.Awaited.Reference) ? _reader.Read(record, ledger, isLast: true) : read;
        }
        catch (Exception e) // one record must not stop the others, whatever is in it (I7)
        {
            Log.ReadFailed(_logger, e, _name, ledger.Topic, ledger.Partition, record.Offset.Value);
            return _reader.Unreadable(record, ledger, $"It could not be read: {e.Message}");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.RecordHeld, LogLevel.Warning,
            "{Subscription}: {Topic}[{Partition}]@{Offset} waits for {Schema}, and its partition with it: {Reason}")]
        public static partial void Held(ILogger logger, string subscription, string topic, int partition, long offset, SchemaReference schema, string reason);

        [LoggerMessage(LogEvents.RecordReleased, LogLevel.Information, "{Subscription}: {Topic}[{Partition}] waits no more")]
        public static partial void Released(ILogger logger, string subscription, string topic, int partition);

        [LoggerMessage(LogEvents.ReadFailed, LogLevel.Error, "{Subscription}: {Topic}[{Partition}]@{Offset} could not be read, in a way that was not expected")]
        public static partial void ReadFailed(ILogger logger, Exception exception, string subscription, string topic, int partition, long offset);
    }
}
