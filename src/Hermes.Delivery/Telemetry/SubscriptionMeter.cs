using System.Collections.Concurrent;
using Hermes.Delivery.Sending;
using Hermes.Shared.Naming;

namespace Hermes.Delivery.Telemetry;

/// <summary>The counts of one subscription, with its labels made once: on the hot path a count is one interlocked addition.</summary>
internal sealed class SubscriptionMeter
{
    private readonly ConcurrentDictionary<int, Answers> _answers = new();
    private readonly ConcurrentDictionary<string, KeyValuePair<string, object?>[]> _faults = new(StringComparer.Ordinal);
    private long _delivered, _discarded, _filtered, _bytes, _retries, _failures, _timeouts, _otherErrors, _batches;

    public SubscriptionMeter(string name, string topic)
    {
        // Hermes's labels: the group with its dots, the short names of topic and subscription.
        Labels = SubscriptionName.TryParse(name, out var parsed)
            ? [new("group", parsed.Topic.Group), new("topic", parsed.Topic.Name), new("subscription", parsed.Name)]
            : [new("group", ""), new("topic", topic), new("subscription", name)];
        Tags = [new("hermes.subscription", name)];
        Process = [new("messaging.system", "kafka"), new("messaging.operation.name", "process"), new("messaging.destination.name", topic), new("hermes.subscription", name)];
        ProcessDiscarded = [.. Process, new("error.type", "discarded")];
    }

    /// <summary>As Hermes names them.</summary>
    public KeyValuePair<string, object?>[] Labels { get; }

    /// <summary>As our own metrics name them.</summary>
    public KeyValuePair<string, object?>[] Tags { get; }

    public KeyValuePair<string, object?>[] Process { get; }

    public KeyValuePair<string, object?>[] ProcessDiscarded { get; }

    public long Delivered => Volatile.Read(ref _delivered);

    public long Discarded => Volatile.Read(ref _discarded);

    public long Filtered => Volatile.Read(ref _filtered);

    public long Bytes => Volatile.Read(ref _bytes);

    public long Retries => Volatile.Read(ref _retries);

    public long Failures => Volatile.Read(ref _failures);

    public long Timeouts => Volatile.Read(ref _timeouts);

    public long OtherErrors => Volatile.Read(ref _otherErrors);

    public long Batches => Volatile.Read(ref _batches);

    /// <summary>How often each HTTP status came.</summary>
    public IEnumerable<(int Status, long Count)> Statuses => _answers.Select(a => (a.Key, Volatile.Read(ref a.Value.Count)));

    public void Settled(SettlementKind kind, int bytes)
    {
        switch (kind)
        {
            case SettlementKind.Delivered:
                Interlocked.Increment(ref _delivered);
                Interlocked.Add(ref _bytes, bytes);
                break;
            case SettlementKind.Filtered:
                Interlocked.Increment(ref _filtered);
                break;
            default:
                Interlocked.Increment(ref _discarded);
                break;
        }
    }

    /// <summary>An attempt came to its end.</summary>
    public void Attempted(Outcome outcome, bool isRetry)
    {
        if (isRetry) Interlocked.Increment(ref _retries);
        if (outcome.Status != 0) Interlocked.Increment(ref Of(outcome.Status).Count);
        if (outcome.Verdict is Verdict.Delivered) return;
        // As Hermes counts: each failure, and apart from the statuses those without an answer.
        Interlocked.Increment(ref _failures);
        if (outcome.Status != 0) return;
        if (outcome.Fault == "timeout") Interlocked.Increment(ref _timeouts);
        else Interlocked.Increment(ref _otherErrors);
    }

    /// <summary>A batch was delivered.</summary>
    public void BatchDelivered() => Interlocked.Increment(ref _batches);

    /// <summary>The tags of an attempt that ended in this way, made once.</summary>
    public KeyValuePair<string, object?>[] Of(Outcome outcome) => outcome.Status != 0
        ? Of(outcome.Status).Tags
        : _faults.GetOrAdd(outcome.Fault ?? "no answer", static (fault, tags) => [.. tags, new("error.type", fault)], Tags);

    private Answers Of(int status) =>
        _answers.GetOrAdd(status, static (status, tags) => new() { Tags = [.. tags, new("http.response.status_code", status)] }, Tags);

    private sealed class Answers
    {
        public long Count;

        public required KeyValuePair<string, object?>[] Tags { get; init; }
    }
}
