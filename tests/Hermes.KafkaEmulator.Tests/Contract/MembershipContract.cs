using Confluent.Kafka;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Tests.Contract.Raw;

namespace Hermes.KafkaEmulator.Tests.Contract;

/// <summary>How a group gathers, starts over and keeps out whoever is no longer in it.</summary>
public abstract class MembershipContract
{
    protected abstract string BootstrapServers { get; }

    private BrokerAccess Broker => new(BootstrapServers);

    [Fact]
    public async Task Two_consumers_share_the_partitions_and_the_second_gives_its_share_back()
    {
        var topic = await Broker.FreshTopicAsync(partitions: 4);
        var group = BrokerAccess.FreshName("group");
        using var first = Broker.Consumer(group);
        first.Subscribe(topic);
        await BrokerAccess.UntilAsync(() => HasAsync(first, 4), "one consumer has all partitions");

        using (var second = Broker.Consumer(group))
        {
            second.Subscribe(topic);
            await BrokerAccess.UntilAsync(() => HasAsync(first, 2, second, 2), "two consumers have two each");
            Assert.Equal(4, first.Assignment.Union(second.Assignment).Count());
            second.Close();
        }

        await BrokerAccess.UntilAsync(() => HasAsync(first, 4), "one consumer has all partitions again");
        first.Close();
    }

    [Fact]
    public async Task Cooperative_consumers_keep_what_they_need_not_give_away()
    {
        var topic = await Broker.FreshTopicAsync(partitions: 4);
        var group = BrokerAccess.FreshName("group");
        using var first = Broker.Consumer(group, settings => settings.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky);
        using var second = Broker.Consumer(group, settings => settings.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky);
        first.Subscribe(topic);
        await BrokerAccess.UntilAsync(() => HasAsync(first, 4), "the first has all");
        second.Subscribe(topic);
        await BrokerAccess.UntilAsync(() => HasAsync(first, 2, second, 2), "they share");
        first.Close();
        second.Close();
    }

    [Fact]
    public async Task A_new_member_gets_its_name_first_and_joins_with_it()
    {
        await using var member = await NewMemberAsync();
        var first = await member.JoinOnceAsync();
        Assert.Equal(KafkaError.MemberIdRequired, first.ErrorCode);
        Assert.StartsWith("raw-", first.MemberId, StringComparison.Ordinal);
        member.Id = first.MemberId;

        var joined = await member.JoinOnceAsync();
        Assert.Equal(KafkaError.None, joined.ErrorCode);
        Assert.Equal((1, first.MemberId, first.MemberId), (joined.GenerationId, joined.MemberId, joined.Leader));
        Assert.Equal(("consumer", "range"), (joined.ProtocolType, joined.ProtocolName));
        Assert.Equal(first.MemberId, Assert.Single(joined.Members).MemberId);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(3, 2, 2)]
    [InlineData(4, 3, 3)]
    [InlineData(5, 3, 3)]
    [InlineData(6, 4, 4)]
    [InlineData(7, 5, 4)]
    [InlineData(9, 5, 4)]
    public async Task Every_version_of_the_protocol_leads_into_a_stable_group(short join, short sync, short heartbeat)
    {
        await using var member = await NewMemberAsync();
        Assert.Equal(KafkaError.None, (await member.JoinAsync(join)).ErrorCode);
        var share = await member.SyncAsync([member.Id], sync);
        Assert.Equal(KafkaError.None, share.ErrorCode);
        Assert.Equal(member.Id, System.Text.Encoding.UTF8.GetString(share.Assignment));
        Assert.Equal(KafkaError.None, await member.HeartbeatAsync(heartbeat));
        Assert.Equal("Stable", (await member.DescribeAsync()).GroupState);
    }

    [Fact]
    public async Task The_leader_hands_out_the_shares_and_a_follower_waits_for_its_own()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        await using var leader = await Broker.MemberAsync(group, topic);
        await using var follower = await Broker.MemberAsync(group, topic);
        await leader.JoinAloneAsync();

        var joining = follower.JoinAsync();
        await UntilRebalanceAsync(leader);
        var led = await leader.JoinAsync();
        var followed = await joining;
        Assert.Equal((2, 2), (led.GenerationId, followed.GenerationId));
        Assert.Equal((leader.Id, leader.Id), (led.Leader, followed.Leader));
        Assert.Equal(2, led.Members.Count);
        Assert.Empty(followed.Members);

        var waiting = follower.SyncAsync();
        Assert.Equal(KafkaError.RebalanceInProgress, await leader.CommitAsync(1));
        Assert.Equal(leader.Id, Text(await leader.SyncAsync([leader.Id, follower.Id])));
        Assert.Equal(follower.Id, Text(await waiting));
        Assert.Equal(KafkaError.None, await leader.HeartbeatAsync());
        Assert.Equal(KafkaError.None, await leader.CommitAsync(1));
    }

    [Fact]
    public async Task An_old_generation_may_neither_commit_nor_sync_nor_beat()
    {
        await using var member = await NewMemberAsync();
        await member.JoinAloneAsync();
        Assert.Equal(KafkaError.None, (await member.JoinAsync()).ErrorCode);
        Assert.Equal(2, member.Generation);
        Assert.Equal(KafkaError.None, (await member.SyncAsync([member.Id])).ErrorCode);

        member.Generation = 1;
        Assert.Equal(KafkaError.IllegalGeneration, await member.CommitAsync(7));
        Assert.Equal(KafkaError.IllegalGeneration, (await member.SyncAsync()).ErrorCode);
        Assert.Equal(KafkaError.IllegalGeneration, await member.HeartbeatAsync());
        Assert.Equal(-1, (await member.CommittedAsync()).Offset);
    }

    [Fact]
    public async Task A_stranger_is_not_known()
    {
        await using var member = await NewMemberAsync();
        Assert.Equal(KafkaError.UnknownMemberId, await member.HeartbeatAsync());
        await member.JoinAloneAsync();
        member.Id = "stranger";
        Assert.Equal(KafkaError.UnknownMemberId, await member.CommitAsync(7));
        Assert.Equal(KafkaError.UnknownMemberId, (await member.SyncAsync()).ErrorCode);
        Assert.Equal(KafkaError.UnknownMemberId, await member.HeartbeatAsync());
        Assert.Equal(KafkaError.UnknownMemberId, await member.LeaveAsync());
        Assert.Equal(KafkaError.UnknownMemberId, (await member.JoinAsync()).ErrorCode);
    }

    [Fact]
    public async Task A_member_that_falls_silent_is_out_after_its_session_and_a_beating_one_is_not()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        var quiet = BrokerAccess.FreshName("group");
        await using var silent = new RawMember(await Broker.ConnectToCoordinatorAsync(quiet), quiet, topic, instance: null) { SessionMs = 6_000 };
        await using var beating = await Broker.MemberAsync(group, topic);
        await silent.JoinAloneAsync();
        await beating.JoinAloneAsync();

        await BrokerAccess.UntilAsync(async () =>
        {
            Assert.Equal(KafkaError.None, await beating.HeartbeatAsync());
            return (await silent.DescribeAsync()).GroupState == "Empty";
        }, "the silent member is out");
        Assert.Equal(KafkaError.UnknownMemberId, await silent.HeartbeatAsync());
        Assert.Equal(KafkaError.UnknownMemberId, await silent.CommitAsync(3));
        Assert.Equal("Stable", (await beating.DescribeAsync()).GroupState);
    }

    [Fact]
    public async Task A_restarted_static_member_takes_its_place_over_and_its_former_self_is_fenced()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        await using var former = await Broker.MemberAsync(group, topic, instance: "one");
        await using var present = await Broker.MemberAsync(group, topic, instance: "one");
        await former.JoinAloneAsync();

        var joined = await present.JoinAsync();
        Assert.Equal((KafkaError.None, 1), (joined.ErrorCode, joined.GenerationId));
        Assert.True(joined.SkipAssignment);
        Assert.NotEqual(former.Id, present.Id);
        Assert.Equal(former.Id, Text(await present.SyncAsync()));
        Assert.Equal(KafkaError.FencedInstanceId, await former.HeartbeatAsync());
        Assert.Equal(KafkaError.FencedInstanceId, await former.CommitAsync(5));
        Assert.Equal(KafkaError.FencedInstanceId, (await former.SyncAsync()).ErrorCode);
        Assert.Equal(KafkaError.FencedInstanceId, (await former.JoinAsync()).ErrorCode);
        Assert.Equal(KafkaError.None, await present.CommitAsync(5));
    }

    [Fact]
    public async Task A_restarted_static_leader_that_cannot_skip_is_not_told_that_it_leads()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        await using var former = await Broker.MemberAsync(group, topic, instance: "one");
        await using var present = await Broker.MemberAsync(group, topic, instance: "one");
        await former.JoinAloneAsync();
        var joined = await present.JoinAsync(version: 7);
        Assert.Equal((1, former.Id), (joined.GenerationId, joined.Leader));
        Assert.Empty(joined.Members);
    }

    [Fact]
    public async Task Members_vote_for_a_protocol_that_all_can_do()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        await using var first = new RawMember(await Broker.ConnectToCoordinatorAsync(group), group, topic, instance: null) { Protocols = ["a", "b", "c"] };
        await using var second = new RawMember(await Broker.ConnectToCoordinatorAsync(group), group, topic, instance: null) { Protocols = ["c", "b"] };
        await using var third = new RawMember(await Broker.ConnectToCoordinatorAsync(group), group, topic, instance: null) { Protocols = ["d"] };
        await using var fourth = new RawMember(await Broker.ConnectToCoordinatorAsync(group), group, topic, instance: null) { Protocols = ["b", "c"] };
        await first.JoinAloneAsync();
        Assert.Equal("a", first.Protocol);
        Assert.Equal(KafkaError.InconsistentGroupProtocol, (await third.JoinAsync()).ErrorCode);

        var joining = Task.WhenAll(second.JoinAsync(), fourth.JoinAsync());
        await UntilRebalanceAsync(first);
        await first.JoinAsync();
        var joined = await joining;
        // Two of the three prefer b; if one of them came too late for this generation, another follows.
        if (joined[0].GenerationId == joined[1].GenerationId)
            Assert.All(joined, response => Assert.Equal("b", response.ProtocolName));
    }

    [Fact]
    public async Task Nonsense_is_refused_by_name()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        var connection = await Broker.ConnectToCoordinatorAsync(group);
        await using var hasty = new RawMember(connection, group, topic, instance: null) { SessionMs = 10 };
        await using var nameless = new RawMember(connection, "", topic, instance: null);
        await using var mute = new RawMember(connection, group, topic, instance: null) { Protocols = [] };
        Assert.Equal(KafkaError.InvalidSessionTimeout, (await hasty.JoinAsync()).ErrorCode);
        // Offsets may be kept under the empty name: nobody becomes a member by that.
        Assert.Equal(KafkaError.None, await nameless.CommitAsync(0));
        Assert.Equal(KafkaError.InvalidGroupId, (await nameless.JoinAsync()).ErrorCode);
        Assert.Equal(KafkaError.InvalidGroupId, await nameless.HeartbeatAsync());
        Assert.Equal(KafkaError.InvalidGroupId, await nameless.LeaveAsync());
        Assert.Equal(KafkaError.InvalidGroupId, (await nameless.SyncAsync(version: 4)).ErrorCode);
        Assert.Equal(KafkaError.InconsistentGroupProtocol, (await mute.JoinAsync()).ErrorCode);

        await using var member = await Broker.MemberAsync(group, topic);
        await member.JoinAloneAsync();
        await using var connector = new RawMember(connection, group, topic, instance: null) { ProtocolType = "connect" };
        Assert.Equal(KafkaError.InconsistentGroupProtocol, (await connector.JoinAsync()).ErrorCode);
        var wrong = await connection.AskAsync<SyncGroupRequest, SyncGroupResponse>(new()
        {
            GroupId = group,
            MemberId = member.Id,
            GenerationId = member.Generation,
            ProtocolType = "connect",
            ProtocolName = "range",
        }, version: 5);
        Assert.Equal(KafkaError.InconsistentGroupProtocol, wrong.ErrorCode);
    }

    [Fact]
    public async Task A_member_that_leaves_is_gone_at_once_and_an_administrator_can_remove_a_static_one()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        await using var member = await Broker.MemberAsync(group, topic);
        await member.JoinAloneAsync();
        Assert.Equal(KafkaError.None, await member.LeaveAsync());
        Assert.Equal("Empty", (await member.DescribeAsync()).GroupState);
        Assert.Equal(KafkaError.UnknownMemberId, await member.LeaveAsync());

        await using var fixedMember = await Broker.MemberAsync(group, topic, instance: "one");
        await fixedMember.JoinAloneAsync();
        fixedMember.Id = "";
        Assert.Equal(KafkaError.None, await fixedMember.LeaveAsync());
        Assert.Equal("Empty", (await fixedMember.DescribeAsync()).GroupState);
    }

    private async Task<RawMember> NewMemberAsync() => await Broker.MemberAsync(BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());

    private static Task<bool> HasAsync(
        IConsumer<byte[]?, byte[]?> consumer, int partitions, IConsumer<byte[]?, byte[]?>? other = null, int others = 0)
    {
        consumer.Consume(TimeSpan.FromMilliseconds(20));
        other?.Consume(TimeSpan.FromMilliseconds(20));
        return Task.FromResult(consumer.Assignment.Count == partitions && (other?.Assignment.Count ?? 0) == others);
    }

    private static Task UntilRebalanceAsync(RawMember member) => BrokerAccess.UntilAsync(
        async () => await member.HeartbeatAsync() is KafkaError.RebalanceInProgress, "the member is told to rejoin");

    private static string Text(SyncGroupResponse response)
    {
        Assert.Equal(KafkaError.None, response.ErrorCode);
        return System.Text.Encoding.UTF8.GetString(response.Assignment);
    }
}
