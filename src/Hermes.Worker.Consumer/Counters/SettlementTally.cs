using System.Text;
using Hermes.Delivery;
using Hermes.Shared.Registry;

namespace Hermes.Worker.Consumer.Counters;

/// <summary>What became of one subscription's messages since it was last told; and the last that was discarded.</summary>
internal sealed class SettlementTally(RegisteredSubscription subscription)
{
    // Of a message's body, in the node for people: a node holds 1 MB at most, and JSON makes text longer.
    private const int MostBytes = 128 * 1024;
    private readonly Lock _gate = new();
    private long _delivered;
    private long _discarded;
    private long _volume;
    private long _settled;
    private Discard? _lastDiscard;
    private UndeliveredMessage? _returned;
    private byte[] _body = [];

    public RegisteredSubscription Subscription => subscription;

    /// <summary>All that was settled, since the beginning.</summary>
    public long Settled => Interlocked.Read(ref _settled);

    /// <summary>Whether nothing more comes.</summary>
    public bool IsClosed { get; private set; }

    public void Close() => IsClosed = true;

    /// <summary>Counts a message. Its body counts once, however often it was sent; a filtered one counts for nothing.</summary>
    public void Add(Message message, Settlement settlement, DateTimeOffset now)
    {
        Interlocked.Increment(ref _settled);
        if (settlement.Kind is SettlementKind.Filtered)
            return;
        Interlocked.Add(ref _volume, message.Body.Length);
        if (settlement.Kind is SettlementKind.Delivered)
        {
            Interlocked.Increment(ref _delivered);
            return;
        }
        Interlocked.Increment(ref _discarded);
        lock (_gate)
        {
            // Copied: the body is the message's own only until it is settled.
            var length = Math.Min(message.Body.Length, MostBytes);
            if (_body.Length < length)
                _body = new byte[length];
            message.Body.Span[..length].CopyTo(_body);
            _lastDiscard = new(now.ToUnixTimeMilliseconds(), settlement.Reason, length, message.Partition, message.Offset);
        }
    }

    /// <summary>Whether there is something to be added to the subscription's counters.</summary>
    public bool HasDeltas => Interlocked.Read(ref _volume) != 0 || Interlocked.Read(ref _delivered) != 0 || Interlocked.Read(ref _discarded) != 0;

    /// <summary>Whether a message was discarded that was not told yet.</summary>
    public bool HasDiscard
    {
        get
        {
            lock (_gate)
                return _lastDiscard is not null || _returned is not null;
        }
    }

    /// <summary>Takes what is to be added to the subscription's counters.</summary>
    public CounterDeltas Take() => new(Interlocked.Exchange(ref _delivered, 0), Interlocked.Exchange(ref _discarded, 0), Interlocked.Exchange(ref _volume, 0));

    /// <summary>Gives back what surely was not added.</summary>
    public void Return(CounterDeltas deltas)
    {
        Interlocked.Add(ref _delivered, deltas.Delivered);
        Interlocked.Add(ref _discarded, deltas.Discarded);
        Interlocked.Add(ref _volume, deltas.Volume);
    }

    /// <summary>Takes the last discarded message, if there is one that was not told.</summary>
    /// <param name="cluster">The Kafka cluster's name.</param>
    public UndeliveredMessage? TakeDiscard(string cluster)
    {
        lock (_gate)
        {
            var (last, returned) = (_lastDiscard, _returned);
            (_lastDiscard, _returned) = (null, null);
            return last is not { } discard ? returned : new()
            {
                Timestamp = discard.Timestamp,
                Subscription = subscription.Name.Name,
                TopicName = subscription.Name.Topic.ToString(),
                Status = UndeliveredMessage.Discarded,
                Reason = discard.Reason,
                Message = Encoding.UTF8.GetString(_body, 0, discard.Length),
                Partition = discard.Partition,
                Offset = discard.Offset,
                Cluster = cluster,
            };
        }
    }

    /// <summary>Gives back what could not be told.</summary>
    public void Return(UndeliveredMessage message)
    {
        lock (_gate)
            _returned = message;
    }

    private readonly record struct Discard(long Timestamp, string? Reason, int Length, int Partition, long Offset);
}
