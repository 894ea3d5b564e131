using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Hermes.Delivery.Networks;

/// <summary>Counts the connections that are open to each host and port. It costs as they come and go, and nothing for each request.</summary>
internal sealed class OpenConnections
{
    private readonly ConcurrentDictionary<(string Host, int Port), int> _counts = new();

    /// <summary>Where connections are open, and how many.</summary>
    public IEnumerable<(string Host, int Port, int Count)> All => _counts.Select(c => (c.Key.Host, c.Key.Port, c.Value));

    /// <summary>Counts one until its stream is disposed of, which closes it.</summary>
    public NetworkStream Count(Socket socket, string host, int port)
    {
        _counts.AddOrUpdate((host, port), 1, static (_, count) => count + 1);
        return new Counted(socket, this, (host, port));
    }

    private void Closed((string Host, int Port) where)
    {
        if (_counts.AddOrUpdate(where, 0, static (_, count) => count - 1) <= 0)
            _counts.TryRemove(new(where, 0)); // unless another came meanwhile
    }

    private sealed class Counted(Socket socket, OpenConnections owner, (string Host, int Port) where) : NetworkStream(socket, ownsSocket: true)
    {
        private int _isClosed;

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (Interlocked.Exchange(ref _isClosed, 1) == 0) owner.Closed(where);
        }
    }
}
