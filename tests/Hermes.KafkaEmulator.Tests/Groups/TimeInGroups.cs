using Hermes.KafkaEmulator.Groups;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Tests.Groups;

/// <summary>What the passing of time does to a group, on a clock that the test moves.</summary>
public sealed class TimeInGroups
{
    [Fact]
    public void A_member_is_out_when_its_session_ends_and_not_before()
    {
        using var group = new TestGroup();
        var member = group.Member(sessionSeconds: 10).Alone();
        group.Pass(9);
        Assert.Equal(KafkaError.None, member.Beat());
        group.Pass(9.9);
        Assert.Equal("Stable", group.State);
        group.Pass(0.2);
        Assert.Equal("Empty", group.State);
        Assert.Equal(KafkaError.UnknownMemberId, member.Beat());
    }

    [Fact]
    public void A_commit_is_a_sign_of_life()
    {
        using var group = new TestGroup();
        var member = group.Member(sessionSeconds: 10).Alone();
        for (var i = 0; i < 5; i++)
        {
            group.Pass(8);
            Assert.Equal(KafkaError.None, member.Commit(i));
        }

        Assert.Equal("Stable", group.State);
    }

    [Fact]
    public void A_member_that_does_not_rejoin_is_left_behind_when_the_rebalance_ends()
    {
        using var group = new TestGroup();
        var slow = group.Member(rebalanceSeconds: 20, sessionSeconds: 600).Alone();
        var eager = group.Member(rebalanceSeconds: 20, sessionSeconds: 600).Named();
        var joining = eager.Join();
        Assert.Equal(KafkaError.RebalanceInProgress, slow.Beat());
        group.Pass(19.9);
        Assert.False(joining.IsCompleted);
        group.Pass(0.2);
        Assert.Equal(eager.Id, eager.Take(joining).Leader);
        Assert.Equal(KafkaError.UnknownMemberId, slow.Beat());
        Assert.Equal(1, group.Members);
    }

    [Fact]
    public void A_session_that_ends_in_a_rebalance_completes_it()
    {
        using var group = new TestGroup();
        group.Member(sessionSeconds: 10).Alone();
        var eager = group.Member().Named();
        var joining = eager.Join();
        group.Pass(10.1);
        Assert.Equal(2, eager.Take(joining).GenerationId);
    }

    [Fact]
    public void A_member_that_waits_for_others_needs_no_heartbeats()
    {
        using var group = new TestGroup();
        var waiting = group.Member(sessionSeconds: 10, rebalanceSeconds: 300).Alone();
        var other = group.Member(sessionSeconds: 299, rebalanceSeconds: 300).Named();
        var second = other.Join();
        var first = waiting.Join();
        waiting.Take(first);
        other.Take(second);
        Assert.Equal(KafkaError.None, waiting.Sync(waiting, other).Now().ErrorCode);
        Assert.Equal(KafkaError.None, other.Sync().Now().ErrorCode);

        var again = waiting.Join();
        group.Pass(100);
        Assert.False(again.IsCompleted);
        Assert.Equal(2, group.Members);
        other.Take(other.Join());
        Assert.Equal(3, waiting.Take(again).GenerationId);
    }

    [Fact]
    public void A_static_member_keeps_its_place_over_a_rebalance_that_it_misses()
    {
        using var group = new TestGroup();
        var absent = group.Member(instance: "one", sessionSeconds: 600, rebalanceSeconds: 20).Alone();
        var eager = group.Member(sessionSeconds: 600, rebalanceSeconds: 20).Named();
        var joining = eager.Join();
        group.Pass(20.1);
        var joined = eager.Take(joining);
        Assert.Equal(eager.Id, joined.Leader);
        Assert.Equal([absent.Id, eager.Id], joined.Members.Select(member => member.MemberId));
    }

    [Fact]
    public void A_group_whose_static_members_all_stay_away_waits_for_their_sessions()
    {
        using var group = new TestGroup();
        group.Member(instance: "one", sessionSeconds: 100, rebalanceSeconds: 20).Alone();
        var passing = group.Member(sessionSeconds: 100, rebalanceSeconds: 20).Named();
        var joining = passing.Join();
        Assert.Equal(KafkaError.None, group.Coordinator.Leave(TestGroup.Id, [(passing.Id, null)]).Members[0]);
        Assert.Equal(KafkaError.UnknownMemberId, joining.Now().ErrorCode);
        group.Pass(50);
        Assert.Equal("PreparingRebalance", group.State);
        group.Pass(60);
        Assert.Equal("Empty", group.State);
    }

    [Fact]
    public void A_leader_that_never_assigns_is_dropped_and_the_others_start_over()
    {
        using var group = new TestGroup();
        var leader = group.Member(sessionSeconds: 600, rebalanceSeconds: 20).Alone();
        var follower = group.Member(sessionSeconds: 600, rebalanceSeconds: 20).Named();
        var joining = follower.Join();
        leader.Take(leader.Join());
        follower.Take(joining);
        var syncing = follower.Sync();
        group.Pass(20.1);
        Assert.Equal(KafkaError.RebalanceInProgress, syncing.Now().ErrorCode);
        Assert.Equal(KafkaError.UnknownMemberId, leader.Beat());
        Assert.Equal(follower.Id, follower.Take(follower.Join()).Leader);
    }

    [Fact]
    public void A_follower_that_never_fetches_its_share_is_dropped()
    {
        using var group = new TestGroup();
        var leader = group.Member(sessionSeconds: 600, rebalanceSeconds: 20).Alone();
        var follower = group.Member(sessionSeconds: 600, rebalanceSeconds: 20).Named();
        var joining = follower.Join();
        leader.Take(leader.Join());
        follower.Take(joining);
        Assert.Equal(KafkaError.None, leader.Sync(leader, follower).Now().ErrorCode);
        Assert.Equal("Stable", group.State);
        group.Pass(20.1);
        Assert.Equal(KafkaError.RebalanceInProgress, leader.Beat());
        Assert.Equal(1, group.Members);
    }

    [Fact]
    public void A_name_that_is_not_used_holds_a_rebalance_up_for_one_session()
    {
        using var group = new TestGroup();
        var member = group.Member(sessionSeconds: 600).Alone();
        group.Member(sessionSeconds: 10).Named();
        var joining = member.Join();
        Assert.False(joining.IsCompleted);
        group.Pass(10.1);
        Assert.Equal(2, member.Take(joining).GenerationId);
    }

    [Fact]
    public void A_first_rebalance_waits_its_delay_again_for_each_newcomer_up_to_the_rebalance_time_out()
    {
        using var group = new TestGroup(new GroupOptions { InitialRebalanceDelay = TimeSpan.FromSeconds(3) });
        var members = Enumerable.Range(0, 4).Select(_ => group.Member(sessionSeconds: 600, rebalanceSeconds: 8)).ToList();
        var joins = new List<Task<JoinGroupResponse>>();
        foreach (var member in members.Take(3))
        {
            joins.Add(member.Named().Join());
            group.Pass(2.5);
            Assert.All(joins, join => Assert.False(join.IsCompleted));
        }

        group.Pass(0.6);
        Assert.All(members.Zip(joins), pair => Assert.Equal(1, pair.First.Take(pair.Second).GenerationId));
    }

    [Fact]
    public void A_second_join_of_a_member_answers_the_first()
    {
        using var group = new TestGroup();
        var present = group.Member(sessionSeconds: 600).Alone();
        var member = group.Member().Named();
        var lost = member.Join();
        var second = member.Join();
        Assert.Equal(KafkaError.RebalanceInProgress, lost.Now().ErrorCode);
        present.Take(present.Join());
        Assert.Equal(2, member.Take(second).GenerationId);
    }
}
