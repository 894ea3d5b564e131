using System.Net;
using System.Net.Sockets;

namespace Hermes.Testing.ZooKeeper;

/// <summary>Says over ZooKeeper's protocol what a real server cannot be made to say.</summary>
/// <remarks>Each connection runs the script; when that returns, the connection is closed.</remarks>
public sealed class ScriptedZooKeeper : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<ScriptedConnection, Task> _script;
    private readonly Task _accepting;
    private int _connections;

    private ScriptedZooKeeper(Func<ScriptedConnection, Task> script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public string ConnectionString => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>How many connections there have been.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Starts a server that runs this script for each connection.</summary>
    public static ScriptedZooKeeper Start(Func<ScriptedConnection, Task> script) => new(script);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        while (await _listener.TryAcceptAsync(_end.Token) is { } socket)
        {
            socket.NoDelay = true;
            running.Add(RunAsync(socket, Interlocked.Increment(ref _connections)));
        }
        await Task.WhenAll(running);
    }

    private async Task RunAsync(Socket socket, int number)
    {
        using var connection = new ScriptedConnection(socket, number, _end.Token);
        try
        {
            await _script(connection);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException) { } // the client left
    }
}
