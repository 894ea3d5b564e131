using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>Opens a stream to a server: resolves its name anew, tries its addresses one after another, talks TLS if so
/// configured. All of it within one time limit.</summary>
internal sealed class Connector(Func<ZooKeeperTlsOptions>? tls, TimeProvider clock)
{
    /// <exception cref="IOException">Nobody answers, or not in time.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The TLS handshake failed.</exception>
    public async Task<(Socket Socket, Stream Stream)> OpenAsync(ServerAddress server, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var socket = await ConnectAsync(server, either.Token);
            try
            {
                return (socket, await SecureAsync(server, socket, either.Token));
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"{server} did not answer within {limit.TotalSeconds:0.###} s.", e);
        }
        catch (SocketException e)
        {
            throw new IOException($"{server}: {e.Message}", e);
        }
    }

    private static async Task<Socket> ConnectAsync(ServerAddress server, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(server.Host, cancellationToken);
        SocketException? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, server.Port), cancellationToken);
                return socket;
            }
            catch (SocketException e)
            {
                last = e;
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private async Task<Stream> SecureAsync(ServerAddress server, Socket socket, CancellationToken cancellationToken)
    {
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (tls is null)
            return plain;
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(Options(server, tls()), cancellationToken);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Options(ServerAddress server, ZooKeeperTlsOptions tls)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = tls.ServerName ?? server.Host,
            RemoteCertificateValidationCallback = tls.Validate,
        };
        if (tls.ClientCertificate is { } mine)
            options.ClientCertificates = [mine];
        if (tls.TrustedAuthorities is { } trusted)
        {
            options.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }
        return options;
    }
}
