using System.Buffers.Binary;
using System.Net.Sockets;
using Hermes.Testing.Processes;

namespace Hermes.Testing.Kafka;

/// <summary>Tells when a broker answers: it is asked for its versions over a bare socket, so that no client library is needed.</summary>
internal static class KafkaReadiness
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(60);

    // ApiVersions (key 18) version 0, correlation 1, no client id: the smallest request every broker answers.
    private static readonly byte[] AskForVersions = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff];

    /// <exception cref="TimeoutException">It ended, or did not answer in time; the message shows what it wrote.</exception>
    public static async Task WhenAnsweringAsync(int port, ChildProcess server)
    {
        using var deadline = new CancellationTokenSource(Budget, TimeProvider.System);
        while (!server.HasExited)
        {
            try
            {
                if (await AnswersAsync(port, deadline.Token))
                    return;
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"The broker on port {port} did not answer within {Budget}:\n{server.Output}", e);
            }
        }

        throw new TimeoutException($"The broker on port {port} ended before it answered:\n{server.Output}");
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync(AskForVersions, cancellationToken);
            var head = new byte[8];
            await stream.ReadExactlyAsync(head, cancellationToken);
            return BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4)) == 1;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false; // not listening yet
        }
    }
}
