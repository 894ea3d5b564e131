using System.Buffers.Binary;
using System.Net.Sockets;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Tests.Contract.Raw;

/// <summary>A client without a library: says exactly what a test wants said, in the version it wants.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    private readonly Socket _socket;
    private int _correlation;

    private RawConnection(Socket socket) => _socket = socket;

    public static async Task<RawConnection> OpenAsync(string bootstrapServers)
    {
        var first = bootstrapServers.Split(',')[0];
        var colon = first.LastIndexOf(':');
        return await OpenAsync(first[..colon], int.Parse(first[(colon + 1)..]));
    }

    /// <summary>Connects to the coordinator of the group; a broker that was just started takes a while to be one.</summary>
    public static async Task<RawConnection> OpenToCoordinatorAsync(string bootstrapServers, string group)
    {
        FindCoordinatorResponse.Coordinator? found = null;
        await using (var any = await OpenAsync(bootstrapServers))
        {
            await BrokerAccess.UntilAsync(async () =>
            {
                var response = await any.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new() { CoordinatorKeys = [group] }, version: 4);
                found = response.Coordinators[0];
                return found.ErrorCode is KafkaError.None;
            }, $"a broker coordinates {group}");
        }

        var connection = await OpenAsync(found!.Host, found.Port);
        await BrokerAccess.UntilAsync(async () =>
        {
            var beat = await connection.AskAsync<HeartbeatRequest, HeartbeatResponse>(new() { GroupId = group, MemberId = "nobody" }, version: 4);
            // Kafka answers a heartbeat with no error while it still loads the group.
            return beat.ErrorCode is not (KafkaError.None or KafkaError.NotCoordinator or KafkaError.CoordinatorLoadInProgress or KafkaError.CoordinatorNotAvailable);
        }, $"the broker has loaded {group}");
        return connection;
    }

    /// <summary>Sends a request and reads its response.</summary>
    public async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>
    {
        await SendAsync(Frame(request, version, ++_correlation));
        var answer = await ReceiveAsync() ?? throw new IOException($"The broker closed the connection on {typeof(TRequest).Name} version {version}.");
        var reader = new ProtocolReader(answer);
        Assert.Equal(_correlation, reader.ReadInt32());
        if (version >= TRequest.FirstFlexibleVersion && TRequest.MessageKey != ApiVersionsRequest.MessageKey)
            reader.SkipTags();
        var response = TResponse.Read(reader, version);
        Assert.Equal(0, reader.Remaining);
        return response;
    }

    /// <summary>The bytes of a request without the length in front.</summary>
    public static byte[] Frame<TRequest>(TRequest request, short version, int correlation) where TRequest : IMessage<TRequest>
    {
        using var writer = new ProtocolWriter();
        writer.WriteInt16(TRequest.MessageKey);
        writer.WriteInt16(version);
        writer.WriteInt32(correlation);
        writer.WriteNullableString("raw", flexible: false);
        if (version >= TRequest.FirstFlexibleVersion)
            writer.WriteUnsignedVarint(0);
        request.Write(writer, version);
        return writer.ToArray();
    }

    /// <summary>Sends bytes with their length in front, whatever they are.</summary>
    public async Task SendAsync(byte[] frame)
    {
        var whole = new byte[4 + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(whole, frame.Length);
        frame.CopyTo(whole, 4);
        await SendBareAsync(whole);
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendBareAsync(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = new CancellationTokenSource(Budget, TimeProvider.System);
        for (var sent = 0; sent < bytes.Length;)
            sent += await _socket.SendAsync(bytes[sent..], SocketFlags.None, deadline.Token);
    }

    /// <summary>The next frame without its length; null when the broker has closed the connection.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        var head = new byte[4];
        if (!await FillAsync(head))
            return null;
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
        return await FillAsync(frame) ? frame : null;
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<RawConnection> OpenAsync(string host, int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(host, port);
        return new RawConnection(socket);
    }

    private async Task<bool> FillAsync(Memory<byte> buffer)
    {
        using var deadline = new CancellationTokenSource(Budget, TimeProvider.System);
        try
        {
            for (var filled = 0; filled < buffer.Length;)
            {
                var received = await _socket.ReceiveAsync(buffer[filled..], SocketFlags.None, deadline.Token);
                if (received == 0)
                    return false;
                filled += received;
            }

            return true;
        }
        catch (SocketException)
        {
            return false; // reset: closed with bytes of ours unread
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"The broker neither answered nor closed the connection within {Budget}.", e);
        }
    }
}
