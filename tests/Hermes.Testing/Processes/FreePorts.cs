using System.Net;
using System.Net.Sockets;

namespace Hermes.Testing.Processes;

/// <summary>Ports that nobody listens on.</summary>
public static class FreePorts
{
    /// <summary>Takes several different ports at once. They are free again on return: use them soon.</summary>
    public static int[] Take(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                listeners.Add(new TcpListener(IPAddress.Loopback, 0));
                listeners[^1].Start();
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
