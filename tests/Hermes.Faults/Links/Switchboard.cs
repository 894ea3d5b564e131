using System.Collections.Concurrent;
using Hermes.Faults.Accounts;

namespace Hermes.Faults.Links;

/// <summary>Knows the fleet's processes, the link from each worker to each service, and whose each connection is.</summary>
internal sealed class Switchboard : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, string> _processes = new(); // that run
    private readonly ConcurrentDictionary<int, string> _everyone = new();
    private readonly ConcurrentDictionary<(string Worker, string Service), Link> _links = new();
    private readonly ConcurrentDictionary<int, Origin> _origins = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SocketOwners _owners;
    private readonly Task _looking;

    /// <param name="pulse">Told of what holds up connections here.</param>
    public Switchboard(Pulse pulse)
    {
        _owners = new(() => _processes.Keys, pulse);
        _looking = _owners.RunAsync(_stop.Token);
    }

    /// <summary>A worker has been started, as this process.</summary>
    public void Register(string worker, int processId)
    {
        foreach (var (old, _) in _processes.Where(p => p.Value == worker).ToArray())
            _processes.TryRemove(old, out _);
        _processes[processId] = _everyone[processId] = worker;
    }

    /// <summary>Who a process is, or was.</summary>
    public Origin OriginOfProcess(int processId) => _everyone.TryGetValue(processId, out var name) ? new(name, processId) : Origin.Elsewhere;

    /// <summary>The link from a worker to a service.</summary>
    public Link this[string worker, string service] => _links.GetOrAdd((worker, service), static _ => new());

    /// <summary>Whose connection this is, by its ports.</summary>
    public async Task<Origin> FindAsync(int port, int connectedTo) =>
        await _owners.FindAsync(port, connectedTo) is { } process && _processes.TryGetValue(process, out var name) ? new(name, process) : Origin.Elsewhere;

    /// <summary>A proxy goes on from this port for someone.</summary>
    public void Forward(int port, Origin origin) => _origins[port] = origin;

    /// <summary>For whom a proxy goes on from this port.</summary>
    public Origin OriginOf(int port) => _origins.GetValueOrDefault(port, Origin.Elsewhere);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }
}
