using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hermes.Bench.Delivery;

/// <summary>
/// The endpoint of the benchmark: answers 200 to every POST over kept-alive HTTP/1.1 connections and counts them, with as little work
/// as it can, because it shares the processors with what is measured. <c>GET</c> answers the count.
/// </summary>
internal sealed class Sink(TimeSpan delay)
{
    private static readonly byte[] Taken = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
    private long _count;

    /// <param name="port">Where it listens.</param>
    /// <param name="delay">Milliseconds until it answers.</param>
    public static async Task<int> RunAsync(string port, string delay)
    {
        using var listener = new TcpListener(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));
        listener.Start(backlog: 1024);
        Console.WriteLine("listening");
        var sink = new Sink(TimeSpan.FromMilliseconds(int.Parse(delay, CultureInfo.InvariantCulture)));
        while (true) _ = sink.ServeAsync(await listener.AcceptSocketAsync()); // ends with the process, which the benchmark kills
    }

    private async Task ServeAsync(Socket socket)
    {
        using var _ = socket;
        socket.NoDelay = true;
        var buffer = new byte[64 * 1024];
        var filled = 0;
        try
        {
            while (true)
            {
                var length = RequestLength(buffer.AsSpan(0, filled), out var messages);
                if (length > buffer.Length) Array.Resize(ref buffer, length);
                if (length < 0 || length > filled)
                {
                    var read = await socket.ReceiveAsync(buffer.AsMemory(filled));
                    if (read == 0) return;
                    filled += read;
                    continue;
                }

                buffer.AsSpan(length, filled - length).CopyTo(buffer);
                filled -= length;
                if (messages > 0 && delay > TimeSpan.Zero) await Task.Delay(delay, TimeProvider.System);
                await socket.SendAsync(messages > 0 ? Count(messages) : Report());
            }
        }
        catch (SocketException)
        {
            // the client is gone
        }
    }

    private byte[] Count(int messages)
    {
        Interlocked.Add(ref _count, messages);
        return Taken;
    }

    private byte[] Report()
    {
        var text = Interlocked.Read(ref _count).ToString(CultureInfo.InvariantCulture);
        return Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}");
    }

    /// <summary>The bytes of the first request in the buffer, body included; -1 when its head is not complete yet.</summary>
    private static int RequestLength(ReadOnlySpan<byte> data, out int messages)
    {
        messages = data.StartsWith("POST /batch"u8) ? Shapes.BatchSize : data.StartsWith("POST"u8) ? 1 : 0;
        var head = data.IndexOf("\r\n\r\n"u8);
        if (head < 0) return -1;
        var headers = data[..(head + 2)];
        var at = headers.IndexOf("Content-Length: "u8);
        if (at < 0) return head + 4;
        if (!Utf8Parser.TryParse(headers[(at + 16)..], out int body, out int _)) throw new InvalidDataException("Content-Length is no number.");
        return head + 4 + body;
    }
}
