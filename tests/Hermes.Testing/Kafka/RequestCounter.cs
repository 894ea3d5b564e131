using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hermes.Testing.Kafka;

/// <summary>Stands between clients and a broker that advertises this address, counts the requests by Kafka's API key, and can hold some.</summary>
public sealed class RequestCounter : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<short, long> _requests = new();
    private readonly ConcurrentDictionary<short, TaskCompletionSource> _held = new();
    private Task _accepting = Task.CompletedTask;

    public RequestCounter()
    {
        _listener.Start();
        Address = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
    }

    /// <summary>Where clients connect, and what the broker must advertise.</summary>
    public string Address { get; }

    /// <summary>How many requests there were since the last question.</summary>
    public long Take()
    {
        var sum = _requests.Values.Sum();
        _requests.Clear();
        return sum;
    }

    /// <summary>How many requests there were of one kind, since the last question for all.</summary>
    public long Count(short apiKey) => _requests.GetValueOrDefault(apiKey);

    /// <summary>Requests of this kind wait from now on, and what comes behind them on their connection.</summary>
    public void Hold(short apiKey) => _held.TryAdd(apiKey, new(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Lets those go on that wait.</summary>
    public void Release(short apiKey)
    {
        if (_held.TryRemove(apiKey, out var held))
            held.SetResult();
    }

    /// <summary>Begins to pass on what comes.</summary>
    /// <param name="broker">The address and port at which it really listens.</param>
    public void Forward(string broker) => _accepting = AcceptAsync(IPEndPoint.Parse(broker));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(IPEndPoint broker)
    {
        var open = new List<Task>();
        while (await _listener.TryAcceptAsync(_stop.Token) is { } client)
            open.Add(ServeAsync(client, broker));
        await Task.WhenAll(open);
    }

    private async Task ServeAsync(Socket accepted, IPEndPoint broker)
    {
        try
        {
            using var client = new NetworkStream(accepted, ownsSocket: true);
            using var tcp = new TcpClient { NoDelay = true };
            accepted.NoDelay = true;
            await tcp.ConnectAsync(broker, _stop.Token);
            await using var server = tcp.GetStream();
            await await Task.WhenAny(CountAsync(client, server), server.CopyToAsync(client, _stop.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // One of the two has left.
        }
    }

    private async Task CountAsync(NetworkStream client, NetworkStream server)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            await client.ReadExactlyAsync(buffer.AsMemory(0, 6), _stop.Token);
            var size = BinaryPrimitives.ReadInt32BigEndian(buffer) + sizeof(int);
            var apiKey = BinaryPrimitives.ReadInt16BigEndian(buffer.AsSpan(4));
            _requests.AddOrUpdate(apiKey, 1, (_, count) => count + 1);
            if (_held.TryGetValue(apiKey, out var held))
                await held.Task.WaitAsync(_stop.Token);
            if (size > buffer.Length)
                Array.Resize(ref buffer, size);
            await client.ReadExactlyAsync(buffer.AsMemory(6, size - 6), _stop.Token);
            await server.WriteAsync(buffer.AsMemory(0, size), _stop.Token);
        }
    }
}
