using Hermes.Faults.Accounts;
using Hermes.Faults.Links;
using Hermes.Faults.Plans;
using Hermes.Shared.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Faults.Tests.Accounts;

/// <summary>A run that never was: what a ledger and an audit are told, by hand and in a time of their own.</summary>
public abstract class HandWrittenHistory
{
    private protected const string Subscription = "billing";
    private protected static readonly Origin One = new("consumer-1", 1);
    private protected static readonly Origin Two = new("consumer-2", 2);
    private readonly FakeTimeProvider _time = new();
    private readonly List<AskedJob> _jobs = [];
    private readonly List<IExcuse> _excuses = [];

    protected HandWrittenHistory()
    {
        Clock = new(_time);
        Ledger = new(Clock, Findings);
    }

    private protected Findings Findings { get; } = new();

    private protected RunClock Clock { get; }

    private protected Ledger Ledger { get; }

    private protected void Publish(params ReadOnlySpan<int> numbers) => PublishAs(static message => message, numbers);

    /// <summary>Publishes messages that have something of their own.</summary>
    private protected void PublishAs(Func<Message, Message> of, params ReadOnlySpan<int> numbers)
    {
        foreach (var number in numbers)
        {
            Ledger.Publish(of(new($"m{number}")));
            Ledger.Confirm($"m{number}", 0, number);
        }
        Wait(0.1);
    }

    private protected void Deliver(Origin by, params ReadOnlySpan<int> numbers)
    {
        foreach (var number in numbers)
            Ledger.Deliver(Subscription, $"m{number}", by, job: null);
    }

    private protected void Wait(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private protected void Happens(string fault, double seconds = 1)
    {
        var disturbance = new Disturbance(PlannedFault.Parse(fault), Clock.Now);
        Wait(seconds);
        disturbance.End = Clock.Now;
        _excuses.Add(disturbance);
    }

    private protected void Rewound(long to, Action meanwhile, long from = 2)
    {
        var job = Job(JobModes.Rewind);
        job.Status = new() { Phase = JobPhases.Completed, Partitions = [new("topic", 0, from, to, 2 - to)] };
        Wait(0.1);
        meanwhile();
        Wait(0.1);
        job.EndedAt = Clock.Now;
    }

    private protected AskedJob Job(string mode)
    {
        var job = new AskedJob($"job-{_jobs.Count}", new() { Version = JobDocument.KnownVersion, Subscription = $"shop.orders${Subscription}", Mode = mode, Target = new() { Messages = 1 } }, Clock.Now);
        _jobs.Add(job);
        return job;
    }

    private protected Audit Check(bool byKey = false)
    {
        var audit = new Audit(Ledger, Findings, _jobs, _excuses);
        audit.Check(Subscription, byKey);
        return audit;
    }
}
