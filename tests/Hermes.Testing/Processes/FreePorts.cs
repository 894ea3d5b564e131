using System.Net;
using System.Net.Sockets;

namespace Hermes.Testing.Processes;

/// <summary>Ports that nobody listens on, from below those that systems give to outgoing connections: one of these could take the
/// port while its server is away.</summary>
public static class FreePorts
{
    private const int First = 20_000;
    private const int AfterLast = 32_768;

    /// <summary>Takes several different ports at once. They are free again on return: use them soon.</summary>
    public static int[] Take(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            while (listeners.Count < count)
            {
                var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, AfterLast));
                try
                {
                    listener.Start();
                    listeners.Add(listener);
                }
                catch (SocketException)
                {
                    listener.Dispose(); // somebody has it: another one
                }
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
