using System.Net.Sockets;

namespace Hermes.Testing;

/// <summary>Listeners of servers that a test scripts itself.</summary>
public static class Listeners
{
    /// <summary>The next connection.</summary>
    /// <param name="listener">Who listens.</param>
    /// <param name="end">Ends the wait.</param>
    /// <returns><see langword="null"/>: the end came, or the listener was stopped.</returns>
    public static async Task<Socket?> TryAcceptAsync(this TcpListener listener, CancellationToken end = default)
    {
        try
        {
            return await listener.AcceptSocketAsync(end);
        }
        // InvalidOperationException is what a listener says that was stopped between two connections.
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            return null;
        }
    }
}
