using Hermes.Faults.Accounts;
using Hermes.Shared.Jobs;

namespace Hermes.Faults.Tests.Accounts;

/// <summary>The audit finds what is wrong, and nothing else: histories written by hand.</summary>
public sealed class AuditTests : HandWrittenHistory
{
    [Fact]
    public void What_was_delivered_once_is_right()
    {
        Publish(0, 1, 2);
        Deliver(One, 0, 1, 2);
        Assert.Equal(0, Check().Repeats);
        Assert.True(Findings.AreNone);
    }

    [Fact]
    public void A_message_that_never_came_is_lost_also_when_a_replay_brought_it()
    {
        Publish(0, 1, 2);
        Deliver(One, 0, 2);
        Ledger.Deliver(Subscription, "m1", Two, "a-replay");
        Check();
        Assert.Equal(1, Findings.CountOf(Audit.Lost));
    }

    [Fact]
    public void A_message_of_which_nobody_knows_whether_the_broker_has_it_may_be_missing()
    {
        Ledger.Publish(new("m0"));
        Check();
        Assert.True(Findings.AreNone);
    }

    [Fact]
    public void A_message_that_nobody_published_is_noticed()
    {
        Ledger.Deliver(Subscription, "m9", One, job: null);
        Assert.False(Findings.AreNone);
    }

    [Fact]
    public void A_commit_above_what_was_delivered_is_noticed_at_once_and_once()
    {
        Publish(0, 1, 2);
        Deliver(One, 0, 2);
        Ledger.CheckCommitted(Subscription, 0, 1);
        Assert.True(Findings.AreNone);
        Ledger.CheckCommitted(Subscription, 0, 3);
        Ledger.CheckCommitted(Subscription, 0, 3);
        Assert.Equal(1, Findings.CountOf("offsets committed before the delivery"));
    }

    [Fact]
    public void A_repeat_without_a_fault_is_noticed()
    {
        Publish(0);
        Deliver(One, 0);
        Wait(5);
        Deliver(Two, 0);
        Check();
        Assert.Equal(1, Findings.CountOf(Audit.Unexplained));
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
    [InlineData("cut consumer-1/schemas", 1.5, false)]
    [InlineData("kill zookeeper-1", 1.5, false)]
    [InlineData("fill zookeeper-1", 1.5, false)]
    [InlineData("fill kafka", 1.5, true)]
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
        Assert.Equal(isExcused, Findings.AreNone);
        if (isExcused)
            Assert.Equal((1, TimeSpan.FromSeconds(secondsBefore)), (audit.Repeats, audit.LongestLag));
    }

    [Theory]
    [InlineData("freeze consumer-2", 1, true)]
    [InlineData("freeze consumer-2", 11, false)] // by then it has heard that its partitions are another's
    [InlineData("cut consumer-2/kafka", 1, true)]
    [InlineData("cut consumer-2/endpoint", 1, false)] // its partitions stayed its own
    [InlineData("cut consumer-2/zookeeper", 1, false)]
    [InlineData("kill consumer-2", 1, false)]
    public void A_repeat_is_excused_where_it_lay_with_its_process_while_another_took_the_partition_over(string fault, double secondsAfter, bool isExcused)
    {
        Publish(0);
        Wait(10);
        Happens($"0 {fault} for 7", 7);
        Deliver(One, 0);
        Wait(secondsAfter);
        Deliver(Two, 0);
        Check();
        Assert.Equal(isExcused, Findings.AreNone);
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
        Assert.Equal(1, Findings.CountOf(Audit.Unexplained));
    }

    [Fact]
    public void A_rewind_explains_one_repeat_of_what_it_covers()
    {
        Publish(0, 1);
        Deliver(One, 0, 1);
        Wait(5);
        Rewound(to: 1, () => Deliver(One, 1));
        Assert.Equal(1, Check().Retransmitted);
        Assert.True(Findings.AreNone);
        Wait(5);
        Deliver(One, 1);
        Check();
        Assert.Equal(1, Findings.CountOf(Audit.Unexplained));
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
        Assert.True(Findings.AreNone, Findings.ToString());
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
        Assert.Equal(1, Findings.CountOf(Audit.Untouched));
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
        Assert.True(Findings.AreNone, Findings.ToString());
    }

    [Fact]
    public void What_a_rewind_skips_that_was_not_committed_is_not_lost_and_is_counted()
    {
        Publish(0, 1, 2);
        Deliver(One, 0, 2);
        Rewound(to: 2, () => { }, from: 1);
        Deliver(One, 2);
        Assert.Equal(1, Check().Skipped);
        Assert.True(Findings.AreNone, Findings.ToString());
    }

    [Fact]
    public void A_replay_brings_its_range_and_nothing_else()
    {
        Publish(0, 1, 2, 3);
        Deliver(One, 0, 1, 2, 3);
        Wait(5);
        var job = Job(JobModes.Replay);
        job.Status = new() { Phase = JobPhases.Completed, Replay = new() { Ranges = [new("topic", 0, 1, 3, 3)] } };
        job.EndedAt = Clock.Now;
        Ledger.Deliver(Subscription, "m1", Two, job.Id);
        Ledger.Deliver(Subscription, "m3", Two, job.Id);
        Check();
        Assert.Equal((1, 1), (Findings.CountOf(Audit.NotReplayed), Findings.CountOf(Audit.OutOfRange)));
    }
}
