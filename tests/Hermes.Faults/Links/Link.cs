using System.Net.Sockets;

namespace Hermes.Faults.Links;

/// <summary>The link from one process to one service, over however many connections: what is done to it is done to all of them,
/// and to those that come.</summary>
internal sealed class Link
{
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private TaskCompletionSource? _stalled;
    private bool _isCut;

    /// <summary>How long each piece is held up, either way.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Breaks all connections, and refuses new ones until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        Socket[] open;
        lock (_gate)
        {
            _isCut = true;
            open = [.. _open];
        }
        foreach (var socket in open)
            socket.Close(0); // by RST
    }

    /// <summary>Half-open: connections stand and can be made, but nothing passes until <see cref="Mend"/>.</summary>
    public void Stall()
    {
        lock (_gate)
            _stalled ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>All is as it was.</summary>
    public void Mend()
    {
        TaskCompletionSource? stalled;
        lock (_gate)
        {
            (stalled, _stalled, _isCut, Delay) = (_stalled, null, false, TimeSpan.Zero);
        }
        stalled?.TrySetResult();
    }

    /// <summary>Waits while the link is stalled, and for its delay.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        Task? stalled;
        lock (_gate)
            stalled = _stalled?.Task;
        if (stalled is not null)
            await stalled.WaitAsync(cancellationToken);
        if (Delay is var delay && delay > TimeSpan.Zero)
            await Task.Delay(delay, TimeProvider.System, cancellationToken);
    }

    /// <summary>A connection's socket comes under this link.</summary>
    /// <returns>False: the link is cut.</returns>
    public bool TryAdd(Socket socket)
    {
        lock (_gate)
            return !_isCut && _open.Add(socket);
    }

    /// <summary>The socket has been closed.</summary>
    public void Remove(Socket socket)
    {
        lock (_gate)
            _open.Remove(socket);
    }
}
