using Hermes.Faults.Links;
using Hermes.Shared.DeadLetters;

namespace Hermes.Faults.Accounts;

/// <summary>Every message of a topic, and every delivery of it to every subscription. Its clock is the run's.</summary>
internal sealed class Ledger(RunClock clock, Findings findings)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Message> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Partition, long Offset), Message> _byOffset = [];
    private readonly Dictionary<string, Dictionary<string, List<Delivery>>> _deliveries = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Subscription, int Partition), long> _checked = [];

    /// <summary>How many messages the broker has for certain.</summary>
    public int Confirmed
    {
        get
        {
            lock (_gate)
                return _byOffset.Count;
        }
    }

    /// <summary>A message is about to be sent to the broker.</summary>
    public void Publish(Message message)
    {
        lock (_gate)
            _messages.Add(message.Id, message);
    }

    /// <summary>The broker has it.</summary>
    public void Confirm(string id, int partition, long offset)
    {
        lock (_gate)
        {
            var message = _messages[id];
            (message.Partition, message.Offset, message.ConfirmedAt) = (partition, offset, clock.Now);
            if (!_byOffset.TryAdd((partition, offset), message))
                findings.Add("offsets given twice", $"partition {partition}, offset {offset}: {_byOffset[(partition, offset)].Id} and {id}");
        }
    }

    /// <summary>The endpoint takes a message. To be told before it answers.</summary>
    public void Deliver(string subscription, string id, Origin origin, string? job)
    {
        lock (_gate)
        {
            if (!_messages.ContainsKey(id))
                findings.Add("messages that nobody published", $"{subscription}: '{id}' from {origin.Name}");
            Of(subscription, id).Add(new(clock.Now, origin, job));
        }
    }

    /// <summary>A dead letter was read: its subscription, at this worker, has given the message up.</summary>
    public void Letter(string subscription, string id, LetterAccount account, Origin origin)
    {
        lock (_gate)
        {
            if (!_messages.TryGetValue(id, out var message))
                findings.Add("letters of messages that nobody published", $"{subscription}: '{id}'");
            else if (message.IsConfirmed && (message.Partition, message.Offset) != (account.Partition, account.Offset))
                findings.Add("letters that tell another place", $"{subscription}: '{id}' of partition {message.Partition}, offset {message.Offset}: {account}");
            Of(subscription, id).Add(new(clock.Now, origin, Job: null, IsLetter: true));
        }
    }

    /// <summary>What a subscription's group has committed: everything below must have been delivered.</summary>
    /// <param name="subscription">Its name.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="committed">Where the group goes on.</param>
    /// <param name="hasLetters">Whether it gives messages up with letters. These are read later than they are written, so that what it
    /// cannot deliver is looked at with all others at the end.</param>
    public void CheckCommitted(string subscription, int partition, long committed, bool hasLetters = false)
    {
        lock (_gate)
        {
            var from = _checked.GetValueOrDefault((subscription, partition));
            for (var offset = from; offset < committed; offset++)
            {
                // One that is not confirmed yet is looked at with all others at the end.
                if (_byOffset.TryGetValue((partition, offset), out var message) && !(hasLetters && message.Refusal is not null) && !Of(subscription, message.Id).Exists(d => d.Job is null))
                    findings.Add("offsets committed before the delivery", $"{subscription}: partition {partition}, {offset} is below the committed {committed} at {clock.Now.TotalSeconds:0.00} s");
            }
            _checked[(subscription, partition)] = Math.Max(from, committed);
        }
    }

    /// <summary>Messages that the broker has and the subscription has not got (since a moment; by its own delivery).</summary>
    public IReadOnlyList<Message> Missing(string subscription, TimeSpan confirmedSince)
    {
        lock (_gate)
            return [.. _byOffset.Values.Where(m => m.ConfirmedAt >= confirmedSince && !Of(subscription, m.Id).Exists(d => d.Job is null))];
    }

    /// <summary>Whether the subscription has got this message since a moment.</summary>
    public bool HasGot(string subscription, string id, TimeSpan since)
    {
        lock (_gate)
            return Of(subscription, id).Exists(d => d.Job is null && d.At >= since);
    }

    /// <summary>All messages that the broker has, each with its deliveries to a subscription, by time.</summary>
    public IReadOnlyList<(Message Message, IReadOnlyList<Delivery> Deliveries)> Account(string subscription)
    {
        lock (_gate)
            return [.. _byOffset.Values.Select(m => (m, (IReadOnlyList<Delivery>)[.. Of(subscription, m.Id)]))];
    }

    private List<Delivery> Of(string subscription, string id)
    {
        if (!_deliveries.TryGetValue(subscription, out var messages))
            _deliveries[subscription] = messages = new(StringComparer.Ordinal);
        if (!messages.TryGetValue(id, out var deliveries))
            messages[id] = deliveries = [];
        return deliveries;
    }
}
