using System.Net;
using System.Net.Sockets;
using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Network;

/// <summary>
/// Serves one client: a request is read, carried out and answered before the next one is looked at, which keeps the answers in order as
/// Kafka promises. What is wrong with one connection ends that connection and touches no other.
/// </summary>
internal sealed partial class Connection(Socket socket, ApiTable apis, int maxFrame, ILogger logger)
{
    private readonly string _clientHost = "/" + ((socket.RemoteEndPoint as IPEndPoint)?.Address.MapToIPv4().ToString() ?? "unknown");

    /// <summary>Ends when the client leaves, misbehaves or the server stops; never throws.</summary>
    /// <param name="stopping">Take no more requests, and end the waits of those that wait.</param>
    /// <param name="abort">Give up the answers that are still on their way.</param>
    public async Task ServeAsync(CancellationToken stopping, CancellationToken abort)
    {
        try
        {
            using var frames = new FrameReader(socket, maxFrame);
            using var writer = new ProtocolWriter();
            while (await frames.ReadAsync(stopping) is { } frame)
                await AnswerAsync(frame, writer, stopping, abort);
        }
        catch (MalformedMessageException e)
        {
            Log.Malformed(logger, _clientHost, e.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client left or the server stops: nothing to answer, nobody to tell.
        }
        catch (Exception e)
        {
            // Kafka's answer to a fault of its own in mid-request; the client reconnects and asks again.
            Log.Failed(logger, e, _clientHost);
        }
        finally
        {
            socket.Dispose();
        }
    }

    private async ValueTask AnswerAsync(ReadOnlyMemory<byte> frame, ProtocolWriter writer, CancellationToken stopping, CancellationToken abort)
    {
        var reader = new ProtocolReader(frame);
        var header = RequestHeader.Read(reader);
        var api = apis.Find(header.Key) ?? throw new MalformedMessageException($"API key {(short)header.Key} is not served.");
        if (header.Version < api.LowestVersion || header.Version > api.HighestVersion)
        {
            if (header.Key is not ApiKey.ApiVersions)
                throw new MalformedMessageException($"Version {header.Version} of {header.Key} is not served.");
            await SendAsync(writer, header.CorrelationId, flexibleHeader: false, ApiVersionsApi.Unsupported, version: 0, abort);
            return;
        }

        var flexible = header.Version >= api.FirstFlexibleVersion;
        header = header.ReadRest(reader, flexible);
        var context = new RequestContext(header.Version, header.ClientId ?? "", _clientHost);
        try
        {
            if (await api.HandleAsync(reader, context, stopping) is not { } response)
                return;
            // The header of ApiVersions never changes: its reader does not know yet what the server speaks.
            await SendAsync(writer, header.CorrelationId, flexible && header.Key is not ApiKey.ApiVersions, response, header.Version, abort);
        }
        finally
        {
            context.Answered();
        }
    }

    private async ValueTask SendAsync(
        ProtocolWriter writer, int correlation, bool flexibleHeader, IMessage response, short version, CancellationToken abort)
    {
        writer.Clear();
        writer.WriteInt32(0);
        writer.WriteInt32(correlation);
        if (flexibleHeader)
            writer.WriteUnsignedVarint(0);
        response.Write(writer, version);
        writer.PatchInt32(0, checked((int)(writer.Length - 4)));
        await GatheringSend.SendAsync(socket, writer.Segments(), abort);
    }
}
