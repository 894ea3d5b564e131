using Hermes.Faults.Loads;

namespace Hermes.Faults.Accounts;

/// <summary>Goes through a topic's ledger when all is quiet: what is missing, and which repeats nothing explains.</summary>
internal sealed class Audit(Ledger ledger, Findings findings, IReadOnlyList<AskedJob> jobs, IReadOnlyList<IExcuse> excuses)
{
    public const string Lost = "messages lost";
    public const string Unexplained = "repeats that nothing explains";
    public const string Untouched = "messages that a rewind did not bring again";
    public const string NotReplayed = "messages that a replay left out";
    public const string OutOfRange = "messages that a replay brought from outside of its range";
    public const string GivenUp = "messages given up that could have been delivered";

    private readonly Absences _absences = new(excuses, Subscribed.LongestPause, Subscribed.Patience);

    /// <summary>Deliveries beyond the first, but for those that jobs asked for.</summary>
    public int Repeats { get; private set; }

    /// <summary>The longest time between a delivery that was repeated and the fault that explains it, of those before it.</summary>
    public TimeSpan LongestLag { get; private set; }

    /// <summary>Messages that never came since a rewind skipped them: its time was later than what had been delivered by then.</summary>
    public int Skipped { get; private set; }

    /// <summary>Deliveries that rewinds and replays asked for.</summary>
    public int Retransmitted { get; private set; }

    /// <summary>Messages that were given up with a letter.</summary>
    public int Letters { get; private set; }

    /// <summary>Of these the ones that the endpoint would have taken, had it been in reach.</summary>
    public int LettersByAbsence { get; private set; }

    /// <summary>Checks one subscription.</summary>
    /// <param name="subscription">Its name.</param>
    /// <param name="byKey">Whether it asks for order by key.</param>
    public void Check(string subscription, bool byKey = false)
    {
        var rewinds = jobs.Where(j => j.Subscription == subscription && j.IsRewind).ToList();
        var replays = jobs.Where(j => j.Subscription == subscription && j.Status?.Replay is not null).ToList();
        foreach (var (message, deliveries) in ledger.Account(subscription))
        {
            var own = deliveries.Where(d => d.Job is null).ToList();
            if (own.Count == 0 && rewinds.Exists(r => r.Skips(message)))
                Skipped++;
            else if (own.Count == 0)
                findings.Add(Lost, $"{subscription}: partition {message.Partition}, offset {message.Offset}, confirmed at {message.ConfirmedAt.TotalSeconds:0.00} s");
            // A later rewind may go on behind the message before it has come again.
            foreach (var rewind in rewinds.Where((r, at) => r.Covers(message) && message.ConfirmedAt < r.AskedAt && !own.Exists(d => d.At >= r.AskedAt) && !rewinds.Skip(at + 1).Any(next => next.PassesOver(message))))
                findings.Add(Untouched, $"{subscription}: {rewind.Id}, partition {message.Partition}, offset {message.Offset}");
            CheckRepeats(subscription, message, own, [.. rewinds.Where(r => r.Covers(message))]);
            CheckLetters(subscription, message, own);
            foreach (var replay in replays)
                CheckReplay(subscription, message, [.. deliveries.Where(d => d.Job == replay.Id)], replay);
        }
        if (byKey)
            KeyOrder.Check(subscription, ledger.Account(subscription), findings, rewinds, excuses);
    }

    private void CheckLetters(string subscription, Message message, List<Delivery> own)
    {
        Letters += Math.Min(1, own.Count(d => d.IsLetter));
        foreach (var letter in message.Refusal is null ? own.Where(d => d.IsLetter) : [])
        {
            if (_absences.Explain(letter.At))
                LettersByAbsence++;
            else
                findings.Add(GivenUp, $"{subscription}: partition {message.Partition}, offset {message.Offset}, at {letter.At.TotalSeconds:0.00} s");
        }
    }

    private void CheckReplay(string subscription, Message message, List<Delivery> deliveries, AskedJob replay)
    {
        if (!replay.Covers(message))
        {
            if (deliveries.Count > 0)
                findings.Add(OutOfRange, $"{subscription}: {replay.Id}, partition {message.Partition}, offset {message.Offset}");
            return;
        }
        if (deliveries.Count == 0)
            findings.Add(NotReplayed, $"{subscription}: {replay.Id}, partition {message.Partition}, offset {message.Offset}");
        Retransmitted += Math.Min(1, deliveries.Count);
        CheckRepeats(subscription, message, deliveries, []);
    }

    /// <summary>Each delivery after another one must be what a rewind asked for, or what a fault kept from being settled. A rewind
    /// explains one, so that those come first which nothing else explains.</summary>
    private void CheckRepeats(string subscription, Message message, List<Delivery> deliveries, List<AskedJob> rewinds)
    {
        var pairs = deliveries.Zip(deliveries.Skip(1), (before, again) => (Before: before, Again: again, Excuses: excuses.Where(e => Excuses(e, before, again)).ToList())).ToList();
        foreach (var (before, again, _) in pairs.Where(p => p.Excuses.Count == 0))
        {
            if (!IsAskedFor(before, again, rewinds))
                findings.Add(Unexplained, $"{subscription}: partition {message.Partition}, offset {message.Offset}, by {before.Origin.Name} at {before.At.TotalSeconds:0.00} s and by {again.Origin.Name} at {again.At.TotalSeconds:0.00} s");
        }
        foreach (var (before, again, reasons) in pairs.Where(p => p.Excuses.Count > 0))
        {
            if (IsAskedFor(before, again, rewinds))
                continue;
            Repeats++;
            if (reasons.MinBy(r => (r.Begin - before.At).Duration())!.Begin - before.At is var lag && lag > LongestLag)
                LongestLag = lag;
        }
    }

    // The later one may have lain with its process, frozen or cut off, while another took the partition over and delivered the message.
    // A letter is known by when it was written.
    private static bool Excuses(IExcuse excuse, Delivery before, Delivery again) => excuse.Excuses(before)
        || (again.IsLetter ? excuse.Excuses(again) : again.Origin.Name != before.Origin.Name && excuse.HeldBack(again));

    /// <summary>Whether a rewind that is left explains it; then it is left no longer.</summary>
    private bool IsAskedFor(Delivery before, Delivery again, List<AskedJob> rewinds)
    {
        if (rewinds.Find(r => r.AskedAt <= again.At && (r.EndedAt ?? TimeSpan.MaxValue) >= before.At) is not { } rewind)
            return false;
        Retransmitted++;
        // Where a fault met the job it may have been done twice (decision 9).
        if (!excuses.Any(e => e.Meets(rewind.AskedAt, rewind.EndedAt ?? TimeSpan.MaxValue)))
            rewinds.Remove(rewind);
        return true;
    }
}
