using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Tests.Contract.Raw;

/// <summary>A group member whose every step a test takes by hand.</summary>
internal sealed class RawMember(RawConnection connection, string group, string topic, string? instance) : IAsyncDisposable
{
    public RawConnection Connection => connection;

    public string Id { get; set; } = "";

    public int Generation { get; set; } = -1;

    public string? Protocol { get; private set; }

    /// <summary>The protocols it can do, the preferred one first.</summary>
    public string[] Protocols { get; init; } = ["range"];

    public string ProtocolType { get; init; } = "consumer";

    public int SessionMs { get; init; } = 30_000;

    /// <summary>Joins; takes a name first where the broker wants that.</summary>
    public async Task<JoinGroupResponse> JoinAsync(short version = 9)
    {
        var response = await JoinOnceAsync(version);
        if (response.ErrorCode is KafkaError.MemberIdRequired)
        {
            Id = response.MemberId;
            response = await JoinOnceAsync(version);
        }

        if (response.ErrorCode is KafkaError.None)
            (Id, Generation, Protocol) = (response.MemberId, response.GenerationId, response.ProtocolName);
        return response;
    }

    public Task<JoinGroupResponse> JoinOnceAsync(short version = 9) => connection.AskAsync<JoinGroupRequest, JoinGroupResponse>(new()
    {
        GroupId = group,
        MemberId = Id,
        GroupInstanceId = instance,
        SessionTimeoutMs = SessionMs,
        RebalanceTimeoutMs = version >= 1 ? 10_000 : -1,
        ProtocolType = ProtocolType,
        Protocols = [.. Protocols.Select(name => new JoinGroupRequest.JoinGroupRequestProtocol { Name = name, Metadata = Subscription(topic) })],
    }, version);

    /// <summary>Fetches the share; a leader names the members it hands one to, and each gets its own name as its share.</summary>
    public async Task<SyncGroupResponse> SyncAsync(IEnumerable<string>? assigned = null, short version = 5) =>
        await connection.AskAsync<SyncGroupRequest, SyncGroupResponse>(new()
        {
            GroupId = group,
            GenerationId = Generation,
            MemberId = Id,
            GroupInstanceId = instance,
            ProtocolType = version >= 5 ? ProtocolType : null,
            ProtocolName = version >= 5 ? Protocol : null,
            Assignments = [.. (assigned ?? []).Select(id => new SyncGroupRequest.SyncGroupRequestAssignment
            {
                MemberId = id,
                Assignment = System.Text.Encoding.UTF8.GetBytes(id),
            })],
        }, version);

    /// <summary>Joins as the only member and takes everything: the group is stable afterwards.</summary>
    public async Task JoinAloneAsync()
    {
        Assert.Equal(KafkaError.None, (await JoinAsync()).ErrorCode);
        Assert.Equal(KafkaError.None, (await SyncAsync([Id])).ErrorCode);
    }

    public async Task<KafkaError> HeartbeatAsync(short version = 4) => (await connection.AskAsync<HeartbeatRequest, HeartbeatResponse>(
        new() { GroupId = group, GenerationId = Generation, MemberId = Id, GroupInstanceId = instance }, version)).ErrorCode;

    public async Task<KafkaError> CommitAsync(long offset, string? metadata = "", int partition = 0, short version = 9) =>
        (await connection.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(new()
        {
            GroupId = group,
            GenerationIdOrMemberEpoch = Generation,
            MemberId = Id,
            GroupInstanceId = instance,
            Topics =
            [
                new()
                {
                    Name = topic,
                    Partitions = [new() { PartitionIndex = partition, CommittedOffset = offset, CommittedMetadata = metadata }],
                },
            ],
        }, version)).Topics[0].Partitions[0].ErrorCode;

    /// <summary>What the group has committed for a partition: the offset, -1 for none, and the metadata.</summary>
    public async Task<(long Offset, string? Metadata)> CommittedAsync(int partition = 0)
    {
        var response = await connection.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
            new() { Groups = [new() { GroupId = group, Topics = [new() { Name = topic, PartitionIndexes = [partition] }] }] }, version: 9);
        var answer = response.Groups[0].Topics[0].Partitions[0];
        Assert.Equal(KafkaError.None, answer.ErrorCode);
        return (answer.CommittedOffset, answer.Metadata);
    }

    public async Task<KafkaError> LeaveAsync()
    {
        var response = await connection.AskAsync<LeaveGroupRequest, LeaveGroupResponse>(
            new() { GroupId = group, Members = [new() { MemberId = Id, GroupInstanceId = instance }] }, version: 5);
        return response.ErrorCode is KafkaError.None ? response.Members[0].ErrorCode : response.ErrorCode;
    }

    public async Task<DescribeGroupsResponse.DescribedGroup> DescribeAsync() =>
        (await connection.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(new() { Groups = [group] }, version: 5)).Groups[0];

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static byte[] Subscription(string topic)
    {
        using var writer = new ProtocolWriter();
        writer.WriteInt16(1);
        new ConsumerProtocolSubscription { Topics = [topic] }.Write(writer, version: 1);
        return writer.ToArray();
    }
}
