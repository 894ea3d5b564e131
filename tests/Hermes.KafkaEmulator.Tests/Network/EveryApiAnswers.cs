using System.Net;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Tests.Contract;
using Hermes.KafkaEmulator.Tests.Contract.Raw;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Hermes.KafkaEmulator.Tests.Network;

/// <summary>A server of its own on a real socket: what it announces it answers, whatever is asked.</summary>
public sealed class EveryApiAnswers : IAsyncDisposable
{
    private readonly FakeLogCollector _log = new();
    private readonly KafkaEmulatorServer _server;

    public EveryApiAnswers()
    {
        var options = new KafkaEmulatorOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        var loggers = new LoggerFactory([new FakeLoggerProvider(_log)]);
        _server = KafkaEmulatorServer.Start(options, loggers, TimeProvider.System);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task An_empty_request_of_every_announced_version_is_answered()
    {
        await using var connection = await RawConnection.OpenAsync(_server.BootstrapServers);
        var versions = await connection.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), version: 0);
        Assert.True(versions.ApiKeys.Count > 25, $"Only {versions.ApiKeys.Count} APIs are announced.");
        foreach (var api in versions.ApiKeys)
        {
            for (var version = api.MinVersion; version <= api.MaxVersion; version++)
                await AnsweredAsync((ApiKey)api.ApiKey, version);
        }

        Assert.Empty(_log.GetSnapshot().Where(line => line.Level >= LogLevel.Error).Select(line => line.Message));
    }

    [Fact]
    public async Task Requests_of_random_content_end_at_most_their_connection()
    {
        await using var connection = await RawConnection.OpenAsync(_server.BootstrapServers);
        var versions = await connection.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), version: 0);
        var random = new Random(11);
        for (var i = 0; i < 2000; i++)
        {
            var api = versions.ApiKeys[random.Next(versions.ApiKeys.Count)];
            var body = new byte[random.Next(60)];
            random.NextBytes(body);
            await using var client = await RawConnection.OpenAsync(_server.BootstrapServers);
            await client.SendAsync([0, (byte)api.ApiKey, 0, (byte)random.Next(api.MinVersion, api.MaxVersion + 1), 0, 0, 0, 1, 0xff, 0xff, .. body]);
        }

        await using var after = await RawConnection.OpenAsync(_server.BootstrapServers);
        Assert.Equal(KafkaError.None, (await after.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), version: 0)).ErrorCode);
        Assert.Empty(_log.GetSnapshot().Where(line => line.Level >= LogLevel.Error).Select(line => line.Message));
    }

    private async Task AnsweredAsync(ApiKey key, short version)
    {
        await using var connection = await RawConnection.OpenAsync(_server.BootstrapServers);
        Task Ask<TRequest, TResponse>(TRequest request)
            where TRequest : IMessage<TRequest>
            where TResponse : IMessage<TResponse> => connection.AskAsync<TRequest, TResponse>(request, version);
        await (key switch
        {
            // Without acks a produce is not answered, and an empty name is not a topic that could be created.
            ApiKey.Produce => Ask<ProduceRequest, ProduceResponse>(new() { Acks = 1, TopicData = [new() { Name = "none", PartitionData = [new()] }] }),
            ApiKey.Fetch => Ask<FetchRequest, FetchResponse>(new()),
            ApiKey.ListOffsets => Ask<ListOffsetsRequest, ListOffsetsResponse>(new() { Topics = [new() { Name = "none", Partitions = [new()] }] }),
            ApiKey.Metadata => Ask<MetadataRequest, MetadataResponse>(new() { Topics = [new() { Name = "asked" }] }),
            ApiKey.OffsetCommit => Ask<OffsetCommitRequest, OffsetCommitResponse>(new()),
            ApiKey.OffsetFetch => Ask<OffsetFetchRequest, OffsetFetchResponse>(new()),
            ApiKey.FindCoordinator => Ask<FindCoordinatorRequest, FindCoordinatorResponse>(version >= 4 ? new() { CoordinatorKeys = ["g"] } : new() { Key = "g" }),
            ApiKey.JoinGroup => Ask<JoinGroupRequest, JoinGroupResponse>(version == 0 ? new() : new() { RebalanceTimeoutMs = 1000 }),
            ApiKey.Heartbeat => Ask<HeartbeatRequest, HeartbeatResponse>(new()),
            ApiKey.LeaveGroup => Ask<LeaveGroupRequest, LeaveGroupResponse>(new()),
            ApiKey.SyncGroup => Ask<SyncGroupRequest, SyncGroupResponse>(new()),
            ApiKey.DescribeGroups => Ask<DescribeGroupsRequest, DescribeGroupsResponse>(new() { Groups = ["g"] }),
            ApiKey.ListGroups => Ask<ListGroupsRequest, ListGroupsResponse>(new()),
            ApiKey.SaslHandshake => Ask<SaslHandshakeRequest, SaslHandshakeResponse>(new()),
            ApiKey.ApiVersions => Ask<ApiVersionsRequest, ApiVersionsResponse>(new()),
            ApiKey.CreateTopics => Ask<CreateTopicsRequest, CreateTopicsResponse>(
                new() { Topics = [new() { Name = $"t{version}", NumPartitions = 1, ReplicationFactor = 1 }, new() { Name = "bad name" }] }),
            ApiKey.DeleteTopics => Ask<DeleteTopicsRequest, DeleteTopicsResponse>(
                version >= 6 ? new() { Topics = [new() { Name = "none" }] } : new() { TopicNames = ["none"] }),
            ApiKey.DeleteRecords => Ask<DeleteRecordsRequest, DeleteRecordsResponse>(new() { Topics = [new() { Name = "none", Partitions = [new()] }] }),
            ApiKey.InitProducerId => Ask<InitProducerIdRequest, InitProducerIdResponse>(new() { TransactionalId = version % 2 == 0 ? null : "t" }),
            ApiKey.OffsetForLeaderEpoch => Ask<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(
                new() { Topics = [new() { Topic = "asked", Partitions = [new()] }] }),
            ApiKey.DescribeConfigs => Ask<DescribeConfigsRequest, DescribeConfigsResponse>(new()
            {
                Resources = [new() { ResourceType = 2, ResourceName = "asked", ConfigurationKeys = null }, new() { ResourceType = 4, ResourceName = "1" }, new()],
                IncludeSynonyms = version >= 1,
            }),
            ApiKey.AlterConfigs => Ask<AlterConfigsRequest, AlterConfigsResponse>(new([new(2, "none", [])], ValidateOnly: false)),
            ApiKey.IncrementalAlterConfigs => Ask<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(new() { Resources = [new()] }),
            ApiKey.CreatePartitions => Ask<CreatePartitionsRequest, CreatePartitionsResponse>(new() { Topics = [new() { Name = "none", Assignments = null }] }),
            ApiKey.DeleteGroups => Ask<DeleteGroupsRequest, DeleteGroupsResponse>(new() { GroupsNames = ["none"] }),
            ApiKey.OffsetDelete => Ask<OffsetDeleteRequest, OffsetDeleteResponse>(new() { GroupId = "none" }),
            ApiKey.DescribeCluster => Ask<DescribeClusterRequest, DescribeClusterResponse>(new()),
            _ => throw new InvalidOperationException($"{key} is announced, and this test does not ask it."),
        }).WaitAsync(BrokerAccess.Patience);
    }
}
