using System.Net;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Tests.Contract;
using Hermes.KafkaEmulator.Tests.Contract.Raw;
using Hermes.KafkaEmulator.Tests.Logs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.KafkaEmulator.Tests.Network;

/// <summary>Fetches that wait, on a real socket; the server's clock moves only when a test moves it.</summary>
public sealed class LongPolls : IAsyncLifetime
{
    private const int Wait = 60_000;

    private readonly FakeTimeProvider _clock = new();
    private readonly KafkaEmulatorServer _server;
    private RawConnection _producer = null!;

    public LongPolls() => _server = KafkaEmulatorServer.Start(
        new KafkaEmulatorOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, NullLoggerFactory.Instance, _clock);

    public async ValueTask InitializeAsync()
    {
        _producer = await RawConnection.OpenAsync(_server.BootstrapServers);
        var created = await _producer.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            new() { Topics = [new() { Name = "t", NumPartitions = 2, ReplicationFactor = 1 }] }, version: 4);
        Assert.Equal(KafkaError.None, created.Topics[0].ErrorCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_fetch_that_waits_is_answered_by_the_next_record()
    {
        await using var connection = await RawConnection.OpenAsync(_server.BootstrapServers);
        var fetch = FetchAsync(connection, minBytes: 1);
        await ProduceAsync(Batches.Of());
        Assert.Equal(Batches.Of().Length, Bytes(await fetch));
    }

    [Fact]
    public async Task A_fetch_waits_until_there_are_bytes_enough()
    {
        var batch = Batches.Of(valueSize: 1000);
        await using var connection = await RawConnection.OpenAsync(_server.BootstrapServers);
        var fetch = FetchAsync(connection, minBytes: batch.Length + 1);
        await ProduceAsync(batch);
        await ProduceAsync(batch);
        Assert.Equal(batch.Length * 2, Bytes(await fetch));
    }

    [Fact]
    public async Task A_fetch_ends_with_its_time_and_gives_what_there_is()
    {
        await using var connection = await RawConnection.OpenAsync(_server.BootstrapServers);
        var fetch = FetchAsync(connection, minBytes: 1_000_000);
        await ProduceAsync(Batches.Of());
        await BrokerAccess.UntilAsync(() =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(Wait));
            return Task.FromResult(fetch.IsCompleted);
        }, "the fetch ended with its time");
        Assert.Equal(Batches.Of().Length, Bytes(await fetch));
    }

    [Fact]
    public async Task A_fetch_of_bytes_that_lie_in_many_segments_does_not_wait()
    {
        for (var i = 0; i < 8; i++)
            await ProduceAsync(Batches.Of(valueSize: 500_000));
        await using var connection = await RawConnection.OpenAsync(_server.BootstrapServers);
        Assert.True(Bytes(await FetchAsync(connection, minBytes: 3_000_000)) > 0, "Nothing was read.");
    }

    [Fact]
    public async Task A_fetch_that_waits_hears_that_its_topic_is_deleted()
    {
        await using var connection = await RawConnection.OpenAsync(_server.BootstrapServers);
        var fetch = FetchAsync(connection, minBytes: 1);
        await _producer.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(new() { TopicNames = ["t"] }, version: 1);
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await fetch).Responses[0].Partitions[0].ErrorCode);
    }

    [Fact]
    public async Task A_server_that_stops_answers_those_that_wait()
    {
        await using var connection = await RawConnection.OpenAsync(_server.BootstrapServers);
        await connection.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), version: 0);
        await connection.SendAsync(RawConnection.Frame(Fetch(minBytes: 1), version: 11, correlation: 9));
        await _server.StopAsync().WaitAsync(BrokerAccess.Patience);
        // Answered if it was read in time, closed if not; held in neither case.
        await connection.ReceiveAsync().WaitAsync(BrokerAccess.Patience);
    }

    [Fact]
    public async Task Hundreds_of_fetches_wait_at_once_and_all_are_answered()
    {
        var connections = await Task.WhenAll(Enumerable.Range(0, 400).Select(_ => RawConnection.OpenAsync(_server.BootstrapServers)));
        var fetches = connections.Select(connection => FetchAsync(connection, minBytes: 1)).ToList();
        await ProduceAsync(Batches.Of());
        var answers = await Task.WhenAll(fetches).WaitAsync(BrokerAccess.Patience);
        Assert.All(answers, answer => Assert.Equal(Batches.Of().Length, Bytes(answer)));
        foreach (var connection in connections)
            await connection.DisposeAsync();
    }

    [Fact]
    public async Task Many_partitions_share_the_bytes_of_one_fetch_and_the_first_always_gets_a_batch()
    {
        var batch = Batches.Of(valueSize: 10_000);
        await ProduceAsync(batch);
        await ProduceAsync(batch, partition: 1);
        await using var connection = await RawConnection.OpenAsync(_server.BootstrapServers);
        async Task<int[]> SizesAsync(int maxBytes)
        {
            var request = Fetch(minBytes: 1);
            request.MaxBytes = maxBytes;
            request.Topics[0].Partitions.Add(new() { Partition = 1, PartitionMaxBytes = 1_000_000 });
            var response = await connection.AskAsync<FetchRequest, FetchResponse>(request, version: 11);
            return [.. response.Responses[0].Partitions.Select(partition => partition.Records!.Value.Length)];
        }

        Assert.Equal([batch.Length, 0], await SizesAsync(100));
        Assert.Equal([batch.Length, 0], await SizesAsync(batch.Length + 100));
        Assert.Equal([batch.Length, batch.Length], await SizesAsync(batch.Length * 2));
    }

    private static FetchRequest Fetch(int minBytes) => new()
    {
        MaxWaitMs = Wait,
        MinBytes = minBytes,
        Topics = [new() { Topic = "t", Partitions = [new() { Partition = 0, PartitionMaxBytes = 10_000_000 }] }],
    };

    private static Task<FetchResponse> FetchAsync(RawConnection connection, int minBytes) =>
        connection.AskAsync<FetchRequest, FetchResponse>(Fetch(minBytes), version: 11);

    private static int Bytes(FetchResponse response)
    {
        Assert.Equal(KafkaError.None, response.Responses[0].Partitions[0].ErrorCode);
        return response.Responses[0].Partitions[0].Records!.Value.Length;
    }

    private async Task ProduceAsync(byte[] batch, int partition = 0)
    {
        var produced = await _producer.AskAsync<ProduceRequest, ProduceResponse>(new()
        {
            Acks = -1,
            TopicData = [new() { Name = "t", PartitionData = [new() { Index = partition, Records = batch }] }],
        }, version: 3);
        Assert.Equal(KafkaError.None, produced.Responses[0].PartitionResponses[0].ErrorCode);
    }
}
