using Hermes.Faults.Accounts;
using Hermes.Faults.Links;
using Hermes.Faults.Plans;
using Hermes.Shared.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Faults.Tests.Accounts;

/// <summary>The audit finds what is wrong, and nothing else: histories written by hand.</summary>
public sealed class AuditTests
{
    private const string Subscription = "billing";
    private static readonly Origin One = new("consumer-1", 1);
    private static readonly Origin Two = new("consumer-2", 2);
    private readonly FakeTimeProvider _time = new();
    private readonly Findings _findings = new();
    private readonly List<AskedJob> _jobs = [];
    private readonly List<IExcuse> _excuses = [];
    private readonly RunClock _clock;
    private readonly Ledger _ledger;

    public AuditTests()
    {
        _clock = new(_time);
        _ledger = new(_clock, _findings);
    }

    [Fact]
    public void What_was_delivered_once_is_right()
    {
        Publish(0, 1, 2);
        Deliver(One, 0, 1, 2);
        Assert.Equal(0, Check().Repeats);
        Assert.True(_findings.AreNone);
    }

    [Fact]
    public void A_message_that_never_came_is_lost_also_when_a_replay_brought_it()
    {
        Publish(0, 1, 2);
        Deliver(One, 0, 2);
        _ledger.Deliver(Subscription, "m1", Two, "a-replay");
        Check();
        Assert.Equal(1, _findings.CountOf(Audit.Lost));
    }

    [Fact]
    public void A_message_of_which_nobody_knows_whether_the_broker_has_it_may_be_missing()
    {
        _ledger.Publish("m0");
        Check();
        Assert.True(_findings.AreNone);
    }

    [Fact]
    public void A_message_that_nobody_published_is_noticed()
    {
        _ledger.Deliver(Subscription, "m9", One, job: null);
        Assert.False(_findings.AreNone);
    }

    [Fact]
    public void A_commit_above_what_was_delivered_is_noticed_at_once_and_once()
    {
        Publish(0, 1, 2);
        Deliver(One, 0, 2);
        _ledger.CheckCommitted(Subscription, 0, 1);
        Assert.True(_findings.AreNone);
        _ledger.CheckCommitted(Subscription, 0, 3);
        _ledger.CheckCommitted(Subscription, 0, 3);
        Assert.Equal(1, _findings.CountOf("offsets committed before the delivery"));
    }

    [Fact]
    public void A_repeat_without_a_fault_is_noticed()
    {
        Publish(0);
        Deliver(One, 0);
        Wait(5);
        Deliver(Two, 0);
        Check();
        Assert.Equal(1, _findings.CountOf(Audit.Unexplained));
    }

    [Theory]
    [InlineData("kill consumer-1", 1.5, true)] // delivered within the last commit's time
    [InlineData("kill consumer-1", 3, false)] // long before: it was committed
    [InlineData("kill consumer-2", 1.5, false)] // somebody else
    [InlineData("stop consumer-1", 0.5, false)] // a clean stop repeats nothing
    [InlineData("freeze consumer-1", 1.5, true)]
    [InlineData("cut consumer-1/kafka", 1.5, true)]
    [InlineData("cut consumer-1/endpoint", 1.5, true)]
    [InlineData("cut consumer-1/zookeeper", 1.5, false)] // a lost session leaves delivery as it is
    [InlineData("kill zookeeper-1", 1.5, false)]
    [InlineData("freeze kafka", 1.5, true)]
    [InlineData("refuse endpoint", 1.5, false)]
    [InlineData("ahead consumer-1", 1.5, false)]
    public void A_repeat_is_excused_by_a_fault_of_who_delivered_just_before(string fault, double secondsBefore, bool isExcused)
    {
        Publish(0);
        Wait(10);
        Deliver(One, 0);
        Wait(secondsBefore);
        Happens($"0 {fault} for 1");
        Wait(5);
        Deliver(Two, 0);
        var audit = Check();
        Assert.Equal(isExcused, _findings.AreNone);
        if (isExcused)
            Assert.Equal((1, TimeSpan.FromSeconds(secondsBefore)), (audit.Repeats, audit.LongestLag));
    }

    [Fact]
    public void What_was_delivered_after_the_kill_by_the_next_process_is_not_excused_by_it()
    {
        Publish(0);
        Happens("0 kill consumer-1 for 1");
        Wait(5);
        Deliver(One, 0);
        Wait(5);
        Deliver(One, 0);
        Check();
        Assert.Equal(1, _findings.CountOf(Audit.Unexplained));
    }

    [Fact]
    public void A_rewind_explains_one_repeat_of_what_it_covers()
    {
        Publish(0, 1);
        Deliver(One, 0, 1);
        Wait(5);
        Rewound(to: 1, () => Deliver(One, 1));
        Assert.Equal(1, Check().Retransmitted);
        Assert.True(_findings.AreNone);
        Wait(5);
        Deliver(One, 1);
        Check();
        Assert.Equal(1, _findings.CountOf(Audit.Unexplained));
    }

    [Fact]
    public void A_rewind_is_kept_for_the_repeat_that_nothing_else_explains()
    {
        Publish(0);
        Deliver(One, 0);
        Happens("0 kill consumer-1 for 1");
        Wait(1);
        Rewound(to: 0, () =>
        {
            Deliver(Two, 0);
            Wait(0.1);
            Deliver(Two, 0);
        });
        var audit = Check();
        Assert.True(_findings.AreNone, _findings.ToString());
        Assert.Equal((1, 1), (audit.Repeats, audit.Retransmitted));
    }

    [Fact]
    public void A_rewind_that_brought_nothing_again_is_noticed()
    {
        Publish(0, 1);
        Deliver(One, 0, 1);
        Wait(5);
        Rewound(to: 0, () => Deliver(One, 0));
        Check();
        Assert.Equal(1, _findings.CountOf(Audit.Untouched));
    }

    [Fact]
    public void What_a_later_rewind_goes_on_behind_need_not_come_again()
    {
        Publish(0, 1);
        Deliver(One, 0, 1);
        Wait(5);
        Rewound(to: 0, () => { });
        Rewound(to: 1, () => Deliver(One, 1));
        Check();
        Assert.True(_findings.AreNone, _findings.ToString());
    }

    [Fact]
    public void What_a_rewind_skips_that_was_not_committed_is_not_lost_and_is_counted()
    {
        Publish(0, 1, 2);
        Deliver(One, 0, 2);
        Rewound(to: 2, () => { }, from: 1);
        Deliver(One, 2);
        Assert.Equal(1, Check().Skipped);
        Assert.True(_findings.AreNone, _findings.ToString());
    }

    [Fact]
    public void A_replay_brings_its_range_and_nothing_else()
    {
        Publish(0, 1, 2, 3);
        Deliver(One, 0, 1, 2, 3);
        Wait(5);
        var job = Job(JobModes.Replay);
        job.Status = new() { Phase = JobPhases.Completed, Replay = new() { Ranges = [new("topic", 0, 1, 3, 3)] } };
        job.EndedAt = _clock.Now;
        _ledger.Deliver(Subscription, "m1", Two, job.Id);
        _ledger.Deliver(Subscription, "m3", Two, job.Id);
        Check();
        Assert.Equal((1, 1), (_findings.CountOf(Audit.NotReplayed), _findings.CountOf(Audit.OutOfRange)));
    }

    private void Publish(params ReadOnlySpan<int> numbers)
    {
        foreach (var number in numbers)
        {
            _ledger.Publish($"m{number}");
            _ledger.Confirm($"m{number}", 0, number);
        }
        Wait(0.1);
    }

    private void Deliver(Origin by, params ReadOnlySpan<int> numbers)
    {
        foreach (var number in numbers)
            _ledger.Deliver(Subscription, $"m{number}", by, job: null);
    }

    private void Wait(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private void Happens(string fault)
    {
        var disturbance = new Disturbance(PlannedFault.Parse(fault), _clock.Now);
        Wait(1);
        disturbance.End = _clock.Now;
        _excuses.Add(disturbance);
    }

    private void Rewound(long to, Action meanwhile, long from = 2)
    {
        var job = Job(JobModes.Rewind);
        job.Status = new() { Phase = JobPhases.Completed, Partitions = [new("topic", 0, from, to, 2 - to)] };
        Wait(0.1);
        meanwhile();
        Wait(0.1);
        job.EndedAt = _clock.Now;
    }

    private AskedJob Job(string mode)
    {
        var job = new AskedJob($"job-{_jobs.Count}", new() { Version = JobDocument.KnownVersion, Subscription = $"shop.orders${Subscription}", Mode = mode, Target = new() { Messages = 1 } }, _clock.Now);
        _jobs.Add(job);
        return job;
    }

    private Audit Check()
    {
        var audit = new Audit(_ledger, _findings, _jobs, _excuses);
        audit.Check(Subscription);
        return audit;
    }
}
