using System.Net.Sockets;
using System.Text;

namespace Hermes.Testing.Processes;

/// <summary>What systemd would listen on: notes what a service says.</summary>
public sealed class NotifySocket : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> _heard = [];
    private readonly Task _listening;

    public NotifySocket()
    {
        Path = System.IO.Path.Combine(_folder.Path, "notify");
        _socket.Bind(new UnixDomainSocketEndPoint(Path));
        _listening = Task.Run(ListenAsync);
    }

    /// <summary>For <c>NOTIFY_SOCKET</c>.</summary>
    public string Path { get; }

    /// <summary>All that was said so far.</summary>
    public IReadOnlyList<string> Heard
    {
        get
        {
            lock (_heard)
                return [.. _heard];
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _listening.Wait(TimeSpan.FromSeconds(10));
        _folder.Dispose();
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer);
                lock (_heard)
                    _heard.Add(Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Disposed.
        }
    }
}
