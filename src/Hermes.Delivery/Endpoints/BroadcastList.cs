using Hermes.Delivery.Networks;

namespace Hermes.Delivery.Endpoints;

/// <summary>Where the messages of a BROADCAST subscription go: exactly its endpoint, a list in its place, or every address of their hosts.</summary>
internal sealed class BroadcastList(IReadOnlyList<EndpointAddress> endpoints, bool everyAddress)
{
    // Names are asked for anew that often; a host that came or went is noticed then.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private readonly Target[]? _fixed = everyAddress ? null : [.. endpoints.Select(endpoint => new Target(endpoint.Fixed!, Host: null))];
    private Lookup? _last;

    /// <summary>The targets at this moment; none is an answer too.</summary>
    /// <exception cref="IOException">The policy of networks forbids all addresses of a host.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">A host has no address.</exception>
    public ValueTask<IReadOnlyList<Target>> ResolveAsync(Connector connector, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (_fixed is not null) return ValueTask.FromResult<IReadOnlyList<Target>>(_fixed);
        if (Volatile.Read(ref _last) is { } last && clock.GetElapsedTime(last.At) < Fresh) return ValueTask.FromResult(last.Targets);
        return LookAsync(connector, clock, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<Target>> LookAsync(Connector connector, TimeProvider clock, CancellationToken cancellationToken)
    {
        var at = clock.GetTimestamp();
        var targets = new List<Target>();
        foreach (var endpoint in endpoints)
        {
            var address = endpoint.Fixed!;
            foreach (var one in await connector.AllowedAsync(address.IdnHost, cancellationToken))
                targets.Add(new Target(new UriBuilder(address) { Host = one.ToString() }.Uri, address.Authority));
        }

        Volatile.Write(ref _last, new Lookup(at, targets));
        return targets;
    }

    private sealed record Lookup(long At, IReadOnlyList<Target> Targets);
}
