using System.Net;
using System.Net.Sockets;

namespace Hermes.Testing.ZooKeeper;

/// <summary>Stands between clients and one server, reads the frames that pass, and breaks what a test tells it to break.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<ProxiedConnection> _open = [];
    private readonly List<Fault> _faults = [];
    private readonly int _target;
    private TcpListener _listener;
    private Task _accepting;
    private TaskCompletionSource _flow = Flowing();
    private int _accepted;

    private FaultProxy(int target)
    {
        _target = target;
        _listener = Listen(0);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>The port for clients; it stays the same over <see cref="RefuseAsync"/> and <see cref="Accept"/>.</summary>
    public int Port { get; }

    /// <summary>Where clients connect.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>How many connections there have been.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many connections stand.</summary>
    public int Open
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    /// <summary>How long each frame is held up, either way. Frames keep their order.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether every byte travels in a packet of its own.</summary>
    public bool ByteByByte { get; set; }

    /// <summary>Whether new connections are accepted and then left without any answer.</summary>
    public bool NeverAnswer { get; set; }

    /// <summary>What a test looks at as it passes. Called for each frame, in order for each direction of a connection.</summary>
    public Action<ProxiedFrame>? Observe { get; set; }

    /// <summary>Starts a proxy before a server on loopback.</summary>
    public static FaultProxy Start(int target) => new(target);

    /// <summary>Starts a proxy before the first server of a connection string.</summary>
    public static FaultProxy Start(string servers) => new(int.Parse(servers.Split(',')[0].Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Starts a proxy before a server.</summary>
    public static FaultProxy Start(ZooKeeperServer target) => new(target.Port);

    /// <summary>Prepares a fault for the next frame that it matches, on any connection.</summary>
    /// <returns>The fault itself; its <see cref="Fault.Struck"/> tells when it happened.</returns>
    public Fault Arm(Fault fault)
    {
        lock (_gate)
            _faults.Add(fault);
        return fault;
    }

    /// <summary>Breaks every connection that stands.</summary>
    /// <param name="reset">By RST in place of FIN.</param>
    public void Cut(bool reset = false)
    {
        foreach (var connection in Connections())
            connection.Close(reset);
    }

    /// <summary>Half-open links: connections stand, but nothing passes either way until <see cref="Resume"/>.</summary>
    public void Stall()
    {
        lock (_gate)
            _flow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Lets everything pass again.</summary>
    public void Resume()
    {
        TaskCompletionSource flow;
        lock (_gate)
            flow = _flow;
        flow.TrySetResult();
    }

    /// <summary>Refuses new connections. Those that stand live on.</summary>
    public async Task RefuseAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    /// <summary>Takes connections again after <see cref="RefuseAsync"/>.</summary>
    public void Accept()
    {
        _listener = Listen(Port);
        _accepting = AcceptAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        await RefuseAsync();
        Cut();
        Resume();
        await Until.TrueAsync(() => Open == 0, "the proxy's connections are closed");
    }

    /// <summary>Waits while the link is stalled.</summary>
    internal Task FlowAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _flow.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Takes the fault that this frame meets, if there is one.</summary>
    internal Fault? Meet(ProxiedFrame frame)
    {
        Observe?.Invoke(frame);
        lock (_gate)
        {
            var fault = _faults.Find(candidate => candidate.When(frame));
            if (fault is not null)
                _faults.Remove(fault);
            return fault;
        }
    }

    private static TaskCompletionSource Flowing()
    {
        var flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        flow.SetResult();
        return flow;
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }

    private ProxiedConnection[] Connections()
    {
        lock (_gate)
            return [.. _open];
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (await listener.TryAcceptAsync() is { } client)
        {
            Interlocked.Increment(ref _accepted);
            _ = RunAsync(client);
        }
    }

    private async Task RunAsync(Socket client)
    {
        using var connection = new ProxiedConnection(this, client);
        lock (_gate)
            _open.Add(connection);
        try
        {
            await connection.RunAsync(_target, NeverAnswer);
        }
        finally
        {
            lock (_gate)
                _open.Remove(connection);
        }
    }
}
