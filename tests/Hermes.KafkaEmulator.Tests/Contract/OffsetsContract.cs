using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Tests.Contract.Raw;

namespace Hermes.KafkaEmulator.Tests.Contract;

/// <summary>What groups commit, who may, and how it is read, altered and forgotten.</summary>
public abstract class OffsetsContract
{
    protected abstract string BootstrapServers { get; }

    private BrokerAccess Broker => new(BootstrapServers);

    [Fact]
    public async Task A_consumer_goes_on_where_the_last_one_of_its_group_committed()
    {
        var topic = await Broker.FreshTopicAsync();
        var group = BrokerAccess.FreshName("group");
        using (var producer = Broker.Producer())
        {
            for (byte i = 0; i < 5; i++)
                await producer.ProduceAsync(topic, new() { Value = [i] });
        }

        using (var first = Broker.Consumer(group))
        {
            first.Subscribe(topic);
            for (var i = 0; i < 3; i++)
                first.Commit(first.Consume(BrokerAccess.Patience));
            Assert.Equal(3, first.Committed([new(topic, 0)], BrokerAccess.Patience).Single().Offset.Value);
            first.Close();
        }

        using var second = Broker.Consumer(group);
        second.Subscribe(topic);
        Assert.Equal([3], second.Consume(BrokerAccess.Patience).Message.Value);
        second.Close();
    }

    [Fact]
    public async Task Metadata_is_kept_beside_the_offset_up_to_its_limit()
    {
        await using var member = await NewMemberAsync();
        await member.JoinAloneAsync();
        Assert.Equal((-1, ""), await member.CommittedAsync());
        var longest = new string('m', 4096);
        Assert.Equal(KafkaError.None, await member.CommitAsync(7, longest));
        Assert.Equal((7, longest), await member.CommittedAsync());
        Assert.Equal(KafkaError.OffsetMetadataTooLarge, await member.CommitAsync(8, longest + "m"));
        Assert.Equal((7, longest), await member.CommittedAsync());
        Assert.Equal(KafkaError.None, await member.CommitAsync(9, metadata: null));
        Assert.Equal((9, ""), await member.CommittedAsync());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public async Task Every_version_commits(short version)
    {
        await using var member = await NewMemberAsync();
        await member.JoinAloneAsync();
        Assert.Equal(KafkaError.None, await member.CommitAsync(11, "note", version: version));
        Assert.Equal((11, "note"), await member.CommittedAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(7)]
    public async Task Every_version_that_asks_for_one_group_fetches(short version)
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync(partitions: 2));
        await using var member = await Broker.MemberAsync(group, topic);
        await member.JoinAloneAsync();
        await member.CommitAsync(11, "note", partition: 1);

        var asked = await FetchAsync([new() { Name = topic, PartitionIndexes = [0, 1] }]);
        Assert.Equal([(0, -1L, ""), (1, 11L, "note")], Flat(asked));
        if (version >= 2)
            Assert.Equal([(1, 11L, "note")], Flat(await FetchAsync(topics: null)));

        Task<OffsetFetchResponse> FetchAsync(List<OffsetFetchRequest.OffsetFetchRequestTopic>? topics) =>
            member.Connection.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(new() { GroupId = group, Topics = topics }, version);

        static IEnumerable<(int, long, string?)> Flat(OffsetFetchResponse response) => response.Topics.SelectMany(
            found => found.Partitions, (_, partition) => (partition.PartitionIndex, partition.CommittedOffset, partition.Metadata));
    }

    [Fact]
    public async Task Several_groups_are_fetched_at_once_and_an_unknown_one_has_nothing()
    {
        await using var member = await NewMemberAsync();
        await member.JoinAloneAsync();
        await member.CommitAsync(4);
        var known = (await member.DescribeAsync()).GroupId;
        var response = await member.Connection.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
            new() { Groups = [new() { GroupId = known, Topics = null }, new() { GroupId = "unknown", Topics = null }] }, version: 8);
        Assert.Equal(4, Assert.Single(Assert.Single(response.Groups[0].Topics).Partitions).CommittedOffset);
        Assert.Equal((KafkaError.None, 0), (response.Groups[1].ErrorCode, response.Groups[1].Topics.Count));
    }

    [Fact]
    public async Task Who_is_no_member_commits_to_a_group_without_members_only()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        await using var simple = await Broker.MemberAsync(group, topic);
        Assert.Equal(KafkaError.None, await simple.CommitAsync(3, "simple"));
        Assert.Equal((3, "simple"), await simple.CommittedAsync());
        var described = await simple.DescribeAsync();
        Assert.Equal(("Empty", ""), (described.GroupState, described.ProtocolType));

        await using var member = await Broker.MemberAsync(group, topic);
        await member.JoinAloneAsync();
        Assert.Equal((3, "simple"), await member.CommittedAsync());
        Assert.Equal(KafkaError.UnknownMemberId, await simple.CommitAsync(4));
        Assert.Equal(KafkaError.None, await member.LeaveAsync());
        Assert.Equal(KafkaError.None, await simple.CommitAsync(5));
        Assert.Equal((5, ""), await simple.CommittedAsync());
    }

    [Fact]
    public async Task A_group_that_nobody_knows_takes_no_commit_of_a_generation()
    {
        await using var member = await NewMemberAsync();
        (member.Id, member.Generation) = ("someone", 3);
        Assert.Equal(KafkaError.IllegalGeneration, await member.CommitAsync(3));
        Assert.Equal("Dead", (await member.DescribeAsync()).GroupState);
    }

    [Fact]
    public async Task The_group_without_a_name_keeps_offsets_for_simple_consumers()
    {
        await using var simple = await Broker.MemberAsync("", await Broker.FreshTopicAsync());
        Assert.Equal(KafkaError.None, await simple.CommitAsync(6));
        Assert.Equal((6, ""), await simple.CommittedAsync());
    }

    [Fact]
    public async Task Offsets_of_unknown_topics_and_partitions_are_refused()
    {
        await using var member = await NewMemberAsync();
        Assert.Equal(KafkaError.UnknownTopicOrPartition, await member.CommitAsync(3, partition: 9));
        await using var elsewhere = await Broker.MemberAsync(BrokerAccess.FreshName("group"), "never-created");
        Assert.Equal(KafkaError.UnknownTopicOrPartition, await elsewhere.CommitAsync(3));
    }

    [Fact]
    public async Task An_administrator_alters_and_lists_the_offsets_of_a_group_at_rest()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync(partitions: 3));
        using var admin = Broker.Admin();
        await admin.AlterConsumerGroupOffsetsAsync([new(group, [new(topic, 0, 5), new(topic, 2, 8)])]);
        var listed = await admin.ListConsumerGroupOffsetsAsync([new(group, [new(topic, 0), new(topic, 1), new(topic, 2)])]);
        Assert.Equal([5, Offset.Unset.Value, 8], listed.Single().Partitions.Select(partition => partition.Offset.Value));

        await using var member = await Broker.MemberAsync(group, topic);
        await member.JoinAloneAsync();
        var refused = await Assert.ThrowsAsync<AlterConsumerGroupOffsetsException>(
            () => admin.AlterConsumerGroupOffsetsAsync([new(group, [new(topic, 0, 1)])]));
        Assert.Equal(ErrorCode.UnknownMemberId, refused.Results.Single().Partitions.Single().Error.Code);
        Assert.Equal(5, (await member.CommittedAsync()).Offset);
    }

    [Fact]
    public async Task Offsets_of_a_topic_that_members_read_are_not_deleted_and_others_are()
    {
        var (group, read, left) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync(), await Broker.FreshTopicAsync());
        using var admin = Broker.Admin();
        await admin.AlterConsumerGroupOffsetsAsync([new(group, [new(read, 0, 5), new(left, 0, 8)])]);
        await using var member = await Broker.MemberAsync(group, read);
        await member.JoinAloneAsync();

        var refused = await Assert.ThrowsAsync<DeleteConsumerGroupOffsetsException>(() => admin.DeleteConsumerGroupOffsetsAsync(group, [new(read, 0)]));
        Assert.Equal(ErrorCode.GroupSubscribedToTopic, refused.Result.Partitions.Single().Error.Code);
        await admin.DeleteConsumerGroupOffsetsAsync(group, [new(left, 0)]);
        Assert.Equal([read], await TopicsAsync());

        await member.LeaveAsync();
        await admin.DeleteConsumerGroupOffsetsAsync(group, [new(read, 0)]);
        Assert.Empty(await TopicsAsync());

        async Task<List<string>> TopicsAsync()
        {
            var all = await member.Connection.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
                new() { Groups = [new() { GroupId = group, Topics = null }] }, version: 9);
            return all.Groups[0].Topics.ConvertAll(topic => topic.Name);
        }
    }

    [Fact]
    public async Task Deleting_offsets_names_what_does_not_exist()
    {
        var (group, topic) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
        await using var simple = await Broker.MemberAsync(group, topic);
        Assert.Equal(KafkaError.GroupIdNotFound, (await DeleteAsync(group, topic)).ErrorCode);
        await simple.CommitAsync(3);
        var unknown = await DeleteAsync(group, "never-created");
        Assert.Equal(KafkaError.None, unknown.ErrorCode);
        Assert.Equal(KafkaError.UnknownTopicOrPartition, unknown.Topics[0].Partitions[0].ErrorCode);
        Assert.Equal(3, (await simple.CommittedAsync()).Offset);

        await using var worker = new RawMember(await Broker.ConnectToCoordinatorAsync(group), group, topic, instance: null) { ProtocolType = "connect" };
        await worker.JoinAloneAsync();
        Assert.Equal(KafkaError.NonEmptyGroup, (await DeleteAsync(group, topic)).ErrorCode);

        Task<OffsetDeleteResponse> DeleteAsync(string of, string name) => simple.Connection.AskAsync<OffsetDeleteRequest, OffsetDeleteResponse>(
            new() { GroupId = of, Topics = [new() { Name = name, Partitions = [new() { PartitionIndex = 0 }] }] }, version: 0);
    }

    [Fact]
    public async Task Offsets_go_with_their_topic()
    {
        var (group, topic, other) = (BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync(), await Broker.FreshTopicAsync());
        using var admin = Broker.Admin();
        await admin.AlterConsumerGroupOffsetsAsync([new(group, [new(topic, 0, 5), new(other, 0, 8)])]);
        await using var reader = await Broker.MemberAsync(group, topic);
        await using var otherReader = await Broker.MemberAsync(group, other);
        await admin.DeleteTopicsAsync([topic]);
        await BrokerAccess.UntilAsync(async () => (await reader.CommittedAsync()).Offset == -1, "the offset is gone");
        Assert.Equal(8, (await otherReader.CommittedAsync()).Offset);
    }

    private async Task<RawMember> NewMemberAsync() => await Broker.MemberAsync(BrokerAccess.FreshName("group"), await Broker.FreshTopicAsync());
}
