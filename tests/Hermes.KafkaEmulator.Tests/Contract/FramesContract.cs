using System.Buffers.Binary;
using System.Security.Cryptography;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Tests.Contract.Raw;

namespace Hermes.KafkaEmulator.Tests.Contract;

/// <summary>What is not a request, or not one that is served, ends its connection and nothing else.</summary>
public abstract class FramesContract
{
    protected abstract string BootstrapServers { get; }

    private BrokerAccess Broker => new(BootstrapServers);

    [Theory]
    [InlineData(999, 0)]
    [InlineData(-1, 0)]
    [InlineData(3, 999)]
    [InlineData(12, -1)]
    public async Task A_key_or_version_that_is_not_served_closes_the_connection(short key, short version)
    {
        var frame = RawConnection.Frame(new HeartbeatRequest { GroupId = "g", MemberId = "m" }, version: 4, correlation: 1);
        BinaryPrimitives.WriteInt16BigEndian(frame, key);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(2), version);
        await ClosesAsync(connection => connection.SendAsync(frame));
    }

    [Fact]
    public async Task A_version_of_ApiVersions_that_is_not_served_is_answered_in_version_0()
    {
        await using var connection = await Broker.ConnectAsync();
        var frame = RawConnection.Frame(new ApiVersionsRequest { ClientSoftwareName = "test", ClientSoftwareVersion = "1" }, version: 3, correlation: 42);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(2), 99);
        await connection.SendAsync(frame);
        var reader = new ProtocolReader(await connection.ReceiveAsync());
        Assert.Equal(42, reader.ReadInt32());
        var response = ApiVersionsResponse.Read(reader, version: 0);
        Assert.Equal(KafkaError.UnsupportedVersion, response.ErrorCode);
        Assert.Contains(response.ApiKeys, api => api.ApiKey == ApiVersionsRequest.MessageKey);

        var again = await connection.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), version: 0);
        Assert.Equal(KafkaError.None, again.ErrorCode);
    }

    [Fact]
    public async Task Garbage_closes_the_connection() =>
        await ClosesAsync(connection => connection.SendAsync(RandomNumberGenerator.GetBytes(200)));

    [Fact]
    public async Task A_request_that_ends_too_early_closes_the_connection()
    {
        var frame = RawConnection.Frame(new HeartbeatRequest { GroupId = "group", MemberId = "member" }, version: 4, correlation: 1);
        await ClosesAsync(connection => connection.SendAsync(frame[..^6]));
    }

    [Fact]
    public async Task An_array_that_claims_more_than_there_is_closes_the_connection()
    {
        var frame = RawConnection.Frame(new MetadataRequest { Topics = [new() { Name = "topic" }], AllowAutoTopicCreation = true }, version: 4, correlation: 1);
        // Key, version, correlation and the client's name go before the array.
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8 + 2 + "raw".Length), int.MaxValue);
        await ClosesAsync(connection => connection.SendAsync(frame));
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(-5)]
    public async Task A_length_that_no_request_has_closes_the_connection(int length)
    {
        var head = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(head, length);
        await ClosesAsync(connection => connection.SendBareAsync(head));
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_a_frame_harms_nobody()
    {
        await using (var connection = await Broker.ConnectAsync())
            await connection.SendBareAsync(new byte[] { 0, 0, 1, 0, 0, 18 });
        await AnswersAsync();
    }

    [Fact]
    public async Task Requests_sent_ahead_are_answered_in_their_order()
    {
        await using var connection = await Broker.ConnectAsync();
        for (var i = 0; i < 50; i++)
            await connection.SendAsync(RawConnection.Frame(new ApiVersionsRequest(), version: 0, correlation: i));
        for (var i = 0; i < 50; i++)
            Assert.Equal(i, new ProtocolReader(await connection.ReceiveAsync()).ReadInt32());
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_answered()
    {
        await using var connection = await Broker.ConnectAsync();
        var frame = RawConnection.Frame(new ApiVersionsRequest(), version: 0, correlation: 7);
        var whole = new byte[4 + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(whole, frame.Length);
        frame.CopyTo(whole, 4);
        foreach (var one in whole)
            await connection.SendBareAsync(new[] { one });
        Assert.Equal(7, new ProtocolReader(await connection.ReceiveAsync()).ReadInt32());
    }

    private async Task ClosesAsync(Func<RawConnection, Task> say)
    {
        await using (var connection = await Broker.ConnectAsync())
        {
            await say(connection);
            Assert.Null(await connection.ReceiveAsync());
        }

        await AnswersAsync();
    }

    private async Task AnswersAsync()
    {
        await using var connection = await Broker.ConnectAsync();
        var versions = await connection.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(
            new() { ClientSoftwareName = "test", ClientSoftwareVersion = "1" }, version: 3);
        Assert.Equal(KafkaError.None, versions.ErrorCode);
    }
}
