using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Tests.Contract.Raw;

namespace Hermes.KafkaEmulator.Tests.Contract;

/// <summary>How administrators list, describe and delete groups.</summary>
public abstract class GroupAdministrationContract
{
    protected abstract string BootstrapServers { get; }

    private BrokerAccess Broker => new(BootstrapServers);

    [Fact]
    public async Task A_group_with_members_is_not_deleted_an_empty_one_is_and_an_absent_one_is_named()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        using var admin = Broker.Admin();
        await using var member = await Broker.MemberAsync(group, topic);
        await member.JoinAloneAsync();
        Assert.Equal(KafkaError.None, await member.CommitAsync(3));
        Assert.Equal(ErrorCode.NonEmptyGroup, await DeleteAsync());

        await member.LeaveAsync();
        await admin.DeleteGroupsAsync([group]);
        Assert.Equal(-1, (await member.CommittedAsync()).Offset);
        Assert.Equal("Dead", (await member.DescribeAsync()).GroupState);
        Assert.Equal(ErrorCode.GroupIdNotFound, await DeleteAsync());

        async Task<ErrorCode> DeleteAsync() =>
            (await Assert.ThrowsAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync([group]))).Results.Single().Error.Code;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_version_deletes(short version)
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        await using var simple = await Broker.MemberAsync(group, topic);
        await simple.CommitAsync(1);
        var response = await simple.Connection.AskAsync<DeleteGroupsRequest, DeleteGroupsResponse>(new() { GroupsNames = [group, "absent"] }, version);
        Assert.Equal(KafkaError.None, response.Results.Single(result => result.GroupId == group).ErrorCode);
        Assert.Equal(KafkaError.GroupIdNotFound, response.Results.Single(result => result.GroupId == "absent").ErrorCode);
    }

    [Fact]
    public async Task A_group_is_described_with_its_members_and_their_shares()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync(partitions: 2));
        using var admin = Broker.Admin();
        using var consumer = Broker.Consumer(group, settings => settings.ClientId = "reader");
        consumer.Subscribe(topic);
        await BrokerAccess.UntilAsync(() =>
        {
            consumer.Consume(TimeSpan.FromMilliseconds(20));
            return Task.FromResult(consumer.Assignment.Count == 2);
        }, "the consumer has its partitions");

        var described = (await admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions.Single();
        Assert.Equal((ConsumerGroupState.Stable, "range", false), (described.State, described.PartitionAssignor, described.IsSimpleConsumerGroup));
        var member = Assert.Single(described.Members);
        Assert.Equal("reader", member.ClientId);
        Assert.StartsWith("reader-", member.ConsumerId, StringComparison.Ordinal);
        Assert.Equal("/127.0.0.1", member.Host);
        Assert.Equal([new(topic, 0), new(topic, 1)], member.Assignment.TopicPartitions.OrderBy(partition => partition.Partition.Value));

        consumer.Close();
        described = (await admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions.Single();
        Assert.Equal(ConsumerGroupState.Empty, described.State);
        Assert.Empty(described.Members);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Every_version_describes(short version)
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        await using var member = await Broker.MemberAsync(group, topic, instance: "one");
        await member.JoinAloneAsync();
        var response = await member.Connection.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(new() { Groups = [group, "absent"] }, version);
        var found = response.Groups.Single(described => described.GroupId == group);
        Assert.Equal(("Stable", "consumer", "range"), (found.GroupState, found.ProtocolType, found.ProtocolData));
        var described = Assert.Single(found.Members);
        Assert.Equal((member.Id, "raw", "/127.0.0.1"), (described.MemberId, described.ClientId, described.ClientHost));
        Assert.Equal(version >= 4 ? "one" : null, described.GroupInstanceId);
        Assert.Equal(member.Id, System.Text.Encoding.UTF8.GetString(described.MemberAssignment));
        Assert.NotEmpty(described.MemberMetadata);
        var absent = response.Groups.Single(group => group.GroupId == "absent");
        Assert.Equal((KafkaError.None, "Dead"), (absent.ErrorCode, absent.GroupState));
    }

    [Fact]
    public async Task A_group_between_generations_shows_its_members_without_shares()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        await using var member = await Broker.MemberAsync(group, topic);
        await member.JoinAsync();
        var described = await member.DescribeAsync();
        Assert.Equal(("CompletingRebalance", "consumer", ""), (described.GroupState, described.ProtocolType, described.ProtocolData));
        Assert.Empty(Assert.Single(described.Members).MemberAssignment);

        await member.SyncAsync([member.Id]);
        await using var second = await Broker.MemberAsync(group, topic);
        var joining = second.JoinAsync();
        await BrokerAccess.UntilAsync(async () => (await member.DescribeAsync()).GroupState == "PreparingRebalance", "the group prepares");
        await member.JoinAsync();
        await joining;
        Assert.Equal("CompletingRebalance", (await member.DescribeAsync()).GroupState);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Groups_are_listed_by_state_and_type(short version)
    {
        var topic = await Broker.FreshTopicAsync();
        var (stable, empty) = (BrokerAccess.FreshName("stable"), BrokerAccess.FreshName("empty"));
        await using var member = await Broker.MemberAsync(stable, topic);
        await using var simple = await Broker.MemberAsync(empty, topic);
        await member.JoinAloneAsync();
        await simple.CommitAsync(1);

        var all = await ListAsync(new());
        Assert.Equal("consumer", all[stable].ProtocolType);
        Assert.Equal("", all[empty].ProtocolType);
        if (version >= 4)
        {
            Assert.Equal(("Stable", "Empty"), (all[stable].GroupState, all[empty].GroupState));
            var stableOnes = await ListAsync(new() { StatesFilter = ["stable"] });
            Assert.True(stableOnes.ContainsKey(stable) && !stableOnes.ContainsKey(empty));
        }

        if (version >= 5)
        {
            Assert.Equal("classic", all[stable].GroupType);
            Assert.True((await ListAsync(new() { TypesFilter = ["Classic"] })).ContainsKey(stable));
            Assert.False((await ListAsync(new() { TypesFilter = ["consumer"] })).ContainsKey(stable));
        }

        async Task<Dictionary<string, ListGroupsResponse.ListedGroup>> ListAsync(ListGroupsRequest request) =>
            (await member.Connection.AskAsync<ListGroupsRequest, ListGroupsResponse>(request, version)).Groups
                .ToDictionary(group => group.GroupId, StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_admin_client_lists_groups()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        await using var simple = await Broker.MemberAsync(group, topic);
        await simple.CommitAsync(1);
        using var admin = Broker.Admin();
        var listed = (await admin.ListConsumerGroupsAsync(new() { MatchStates = [ConsumerGroupState.Empty] })).Valid.Single(found => found.GroupId == group);
        Assert.Equal((ConsumerGroupState.Empty, true), (listed.State, listed.IsSimpleConsumerGroup));
    }
}
