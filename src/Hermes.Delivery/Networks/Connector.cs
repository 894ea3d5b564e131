using System.Net;
using System.Net.Sockets;

namespace Hermes.Delivery.Networks;

/// <summary>Opens the connections of HTTP handlers: resolves, leaves out what the policy forbids, and tries what is left in its order.</summary>
/// <remarks>The address that was judged is the one that is connected to, so a name that changes between the two gains nothing.</remarks>
/// <param name="names">Who resolves.</param>
/// <param name="policy">Where connections may go.</param>
/// <param name="connectTimeout">For all addresses of a host together; each may take its share of what is left.</param>
/// <param name="clock">Measures it.</param>
/// <param name="refused">Told of each address that was left out.</param>
/// <param name="open">Counts what it opens.</param>
internal sealed class Connector(INameResolver names, NetworkPolicy policy, TimeSpan connectTimeout, TimeProvider clock, Action<Refusal> refused, OpenConnections open)
{
    /// <summary>The form in which handlers take it.</summary>
    public ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken);

    /// <exception cref="AddressRefusedException">The policy forbids all addresses of the host.</exception>
    /// <exception cref="SocketException">The host has no address, or none could be connected to.</exception>
    public async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var allowed = await AllowedAsync(host, cancellationToken);
        var started = clock.GetTimestamp();
        for (var i = 0; ; i++)
        {
            var socket = new Socket(allowed[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var share = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var left = (connectTimeout - clock.GetElapsedTime(started)) / (allowed.Count - i);
            share.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(allowed[i], port), share.Token);
                return open.Count(socket, host, port);
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (cancellationToken.IsCancellationRequested || i + 1 == allowed.Count) throw;
                if (e is not (SocketException or OperationCanceledException)) throw;
            }
        }
    }

    /// <summary>The addresses of a host that the policy allows, at least one.</summary>
    /// <exception cref="AddressRefusedException">It forbids them all.</exception>
    /// <exception cref="SocketException">The host has no address.</exception>
    public async Task<IReadOnlyList<IPAddress>> AllowedAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await names.ResolveAsync(host, cancellationToken);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        var allowed = new List<IPAddress>(addresses.Length);
        AddressRefusedException? first = null;
        foreach (var address in addresses)
        {
            if (policy.RefusalOf(address) is not { } refusal)
            {
                allowed.Add(address);
                continue;
            }

            refused(refusal);
            first ??= new AddressRefusedException(host, address, refusal);
        }

        return allowed.Count > 0 ? allowed : throw first!;
    }
}
