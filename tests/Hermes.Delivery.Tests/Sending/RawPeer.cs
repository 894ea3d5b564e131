using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Hermes.Delivery.Tests.Sending;

/// <summary>The endpoint's side of one connection.</summary>
internal sealed class RawPeer(Socket socket, CancellationToken closing) : IDisposable
{
    private readonly MemoryStream _received = new();

    /// <summary>The next request, head and body; null when the other side has closed.</summary>
    public async Task<string?> ReadRequestAsync()
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString(_received.GetBuffer(), 0, (int)_received.Length);
            if (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var end)
            {
                var length = text[..end].Split("\r\n").Where(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                    .Select(l => int.Parse(l["Content-Length:".Length..], CultureInfo.InvariantCulture)).Single();
                if (text.Length >= end + 4 + length)
                {
                    _received.SetLength(0);
                    _received.Write(Encoding.Latin1.GetBytes(text[(end + 4 + length)..]));
                    return text[..(end + 4 + length)];
                }
            }
            var buffer = new byte[64 * 1024];
            var read = await socket.ReceiveAsync(buffer, SocketFlags.None, closing);
            if (read == 0) return null;
            _received.Write(buffer, 0, read);
        }
    }

    /// <summary>Reads so many bytes at least, whatever they are.</summary>
    public async Task ReadSomeAsync(int bytes)
    {
        var buffer = new byte[bytes];
        for (var read = 0; read < bytes;) read += await socket.ReceiveAsync(buffer.AsMemory(read), SocketFlags.None, closing);
    }

    public async Task SendAsync(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent), SocketFlags.None, closing);
    }

    /// <summary>Each byte in a packet of its own.</summary>
    public async Task SendByteByByteAsync(string text)
    {
        socket.NoDelay = true;
        foreach (var letter in text)
        {
            await SendAsync(letter.ToString());
            await Task.Yield();
        }
    }

    /// <summary>Waits until the other side has closed.</summary>
    public async Task WhenClosedAsync()
    {
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, SocketFlags.None, closing) > 0)
        {
            // What it still says does not matter.
        }
    }

    /// <summary>Reads nothing, and says nothing, as long as the endpoint is there.</summary>
    public Task WhenTestIsOverAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, closing);

    /// <summary>Closes by RST.</summary>
    public void Reset() => socket.Close(0);

    /// <summary>Ends its own half.</summary>
    public void Finish() => socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        socket.Dispose();
        _received.Dispose();
    }
}
