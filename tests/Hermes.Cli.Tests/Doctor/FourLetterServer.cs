using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hermes.Cli.Tests.Doctor;

/// <summary>A server that answers everything with one text, and serves no session.</summary>
internal sealed class FourLetterServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public FourLetterServer(string answer)
    {
        _listener.Start();
        _ = AnswerAsync(Encoding.ASCII.GetBytes(answer));
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public void Dispose() => _listener.Dispose();

    private async Task AnswerAsync(byte[] answer)
    {
        try
        {
            while (true)
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                if (await connection.GetStream().ReadAtLeastAsync(new byte[4], 4, throwOnEndOfStream: false) == 4)
                    await connection.GetStream().WriteAsync(answer);
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or IOException)
        {
            // The test is over; InvalidOperationException is what a listener says that was stopped between two connections.
        }
    }
}
