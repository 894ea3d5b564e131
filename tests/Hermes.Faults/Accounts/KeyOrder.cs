namespace Hermes.Faults.Accounts;

/// <summary>Whether the messages of each key came in their order to a subscription that asks for it.</summary>
/// <remarks>The first deliveries of a key's messages must stand in the order of their offsets, without exception. What comes again comes from
/// a place on, in its order too: each step back that one process makes must be explained by a rewind, once, or by a fault.</remarks>
internal static class KeyOrder
{
    public const string Broken = "messages that came before an earlier one of their key";
    public const string Back = "steps back in a key's order that nothing explains";

    /// <summary>Checks a subscription.</summary>
    /// <param name="subscription">Its name.</param>
    /// <param name="account">Its messages with their deliveries.</param>
    /// <param name="findings">What is wrong.</param>
    /// <param name="rewinds">Rewinds of the subscription.</param>
    /// <param name="excuses">What happened.</param>
    public static void Check(
        string subscription, IEnumerable<(Message Message, IReadOnlyList<Delivery> Deliveries)> account, Findings findings, IReadOnlyList<AskedJob> rewinds, IReadOnlyList<IExcuse> excuses)
    {
        foreach (var key in account.Where(a => a.Message.Key is not null).GroupBy(a => a.Message.Key!))
        {
            var own = key.OrderBy(a => a.Message.Offset).Select(a => (a.Message, Deliveries: a.Deliveries.Where(d => d.Job is null).ToList())).ToList();
            CheckFirsts(subscription, own, findings, rewinds);
            var steps = own.SelectMany(a => a.Deliveries, (a, delivery) => (a.Message, Delivery: delivery)).GroupBy(d => d.Delivery.Origin);
            foreach (var process in steps)
                CheckSteps(subscription, [.. process.OrderBy(d => d.Delivery.At)], findings, [.. rewinds], excuses);
        }
    }

    private static void CheckFirsts(string subscription, List<(Message Message, List<Delivery> Deliveries)> own, Findings findings, IReadOnlyList<AskedJob> rewinds)
    {
        var (latest, before) = (TimeSpan.Zero, default(Message));
        // What a rewind to a later time passed over comes with another rewind, or not at all.
        foreach (var (message, deliveries) in own.Where(o => o.Deliveries.Count > 0 && !rewinds.Any(r => r.Skips(o.Message))))
        {
            var first = deliveries.Min(d => d.At);
            if (first < latest)
                findings.Add(Broken, $"{subscription}: {message.Key}, partition {message.Partition}: {before!.Offset} came at {latest.TotalSeconds:0.00} s, and {message.Offset} at {first.TotalSeconds:0.00} s already");
            else
                (latest, before) = (first, message);
        }
    }

    private static void CheckSteps(string subscription, List<(Message Message, Delivery Delivery)> steps, Findings findings, List<AskedJob> rewinds, IReadOnlyList<IExcuse> excuses)
    {
        foreach (var (one, next) in steps.Zip(steps.Skip(1)).Where(s => s.Second.Message.Offset <= s.First.Message.Offset))
        {
            if (excuses.Any(e => e.Excuses(one.Delivery) || e.Excuses(next.Delivery)))
                continue;
            var rewind = rewinds.Find(r => r.Covers(next.Message) && r.AskedAt <= next.Delivery.At && (r.EndedAt ?? TimeSpan.MaxValue) >= one.Delivery.At);
            if (rewind is null)
                findings.Add(Back, $"{subscription}: {next.Message.Key}, partition {next.Message.Partition}, by {next.Delivery.Origin.Name}: {next.Message.Offset} at {next.Delivery.At.TotalSeconds:0.00} s after {one.Message.Offset} at {one.Delivery.At.TotalSeconds:0.00} s");
            // Where a fault met the job it may have been done twice (decision 9).
            else if (!excuses.Any(e => e.Meets(rewind.AskedAt, rewind.EndedAt ?? TimeSpan.MaxValue)))
                rewinds.Remove(rewind);
        }
    }
}
