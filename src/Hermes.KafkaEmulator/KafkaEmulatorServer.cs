using System.Net;
using Hermes.KafkaEmulator.Network;

namespace Hermes.KafkaEmulator;

/// <summary>
/// One broker that speaks Kafka's protocol, in this process: node 1, leader of every partition, coordinator of every group. For
/// development and tests, never for production: it has no replicas, no transactions and no security.
/// </summary>
public sealed class KafkaEmulatorServer : IAsyncDisposable
{
    private readonly KafkaEmulatorOptions _options;
    private readonly Broker _broker;
    private readonly Listener _listener;

    private KafkaEmulatorServer(KafkaEmulatorOptions options, Broker broker, Listener listener, IPEndPoint address)
    {
        (_options, _broker, _listener, Address) = (options, broker, listener, address);
        BootstrapServers = options.Advertise ?? address.ToString();
    }

    /// <summary>The address it listens on, with the port that port 0 became.</summary>
    public IPEndPoint Address { get; }

    /// <summary>What clients put into <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers { get; }

    /// <summary>Opens the data folder, if there is one, and serves.</summary>
    /// <param name="options">The broker's settings.</param>
    /// <param name="loggers">Where it logs; it is quiet while nothing is wrong.</param>
    /// <param name="clock">The time of log appends, sessions and waits.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The address is taken or not of this machine.</exception>
    /// <exception cref="IOException">The data folder cannot be used, or another emulator uses it.</exception>
    public static KafkaEmulatorServer Start(KafkaEmulatorOptions options, ILoggerFactory loggers, TimeProvider clock)
    {
        var socket = Listener.Bind(options.Listen);
        Broker? broker = null;
        try
        {
            var address = (IPEndPoint)socket.LocalEndPoint!;
            broker = new Broker(options, address, loggers, clock);
            var listener = new Listener(socket, broker.Apis, options.RequestMaxBytes, clock, loggers.CreateLogger<KafkaEmulatorServer>());
            return new KafkaEmulatorServer(options, broker, listener, address);
        }
        catch
        {
            broker?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes no more requests, lets answers out within <see cref="KafkaEmulatorOptions.StopBudget"/>, closes everything.</summary>
    public async Task StopAsync()
    {
        await _listener.StopAsync(_options.StopBudget);
        _broker.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _broker.Dispose();
    }
}
