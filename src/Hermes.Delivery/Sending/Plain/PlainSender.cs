using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Hermes.Delivery.Networks;

namespace Hermes.Delivery.Sending.Plain;

/// <summary>Sends to <c>http</c> endpoints by HTTP/1.1, and nothing else, with as little work as it can. Whether that is worth it is for
/// <c>./bench.sh senders</c> to say.</summary>
internal sealed class PlainSender : ISender
{
    // Addresses are few, but for those that a message's contents decide: these take each other's place here, and nothing else.
    private const int Routes = 1024;
    private static readonly TimeSpan LongestBetweenSweeps = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestBetweenSweeps = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<(string Host, int Port), PlainPool> _pools = new();
    private readonly PlainRoute?[] _routes = new PlainRoute?[Routes];
    private readonly Connector _connector;
    private readonly DeliveryOptions _options;
    private readonly TimeProvider _clock;
    private readonly ITimer _sweeps;

    public PlainSender(DeliveryOptions options, Connector connector, TimeProvider clock)
    {
        (_options, _connector, _clock) = (options, connector, clock);
        var pause = TimeSpan.FromTicks(Math.Clamp(options.ConnectionIdleTimeout.Ticks / 4, ShortestBetweenSweeps.Ticks, LongestBetweenSweeps.Ticks));
        _sweeps = clock.CreateTimer(static sender => ((PlainSender)sender!).Sweep(), this, pause, pause);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Answer> SendAsync(SendRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var route = Enter(request.Address);
        try
        {
            return await route.Pool.SendAsync(request, route, cancellationToken);
        }
        finally
        {
            route.Pool.Leave();
        }
    }

    public void Dispose()
    {
        _sweeps.Dispose();
        foreach (var pool in _pools.Values) pool.Close();
    }

    /// <summary>The way to an address, with its pool entered.</summary>
    private PlainRoute Enter(Uri address)
    {
        ref var place = ref _routes[(uint)RuntimeHelpers.GetHashCode(address) % Routes];
        if (Volatile.Read(ref place) is { } known && ReferenceEquals(known.Address, address) && known.Pool.TryEnter()) return known;
        while (true)
        {
            var pool = _pools.GetOrAdd((address.DnsSafeHost, address.Port), static (at, sender) => new(at.Host, at.Port, sender._connector, sender._options, sender._clock), this);
            if (!pool.TryEnter()) continue; // about to be taken out
            var route = new PlainRoute(address, pool);
            Volatile.Write(ref place, route);
            return route;
        }
    }

    private void Sweep()
    {
        foreach (var entry in _pools)
        {
            if (entry.Value.Sweep()) _pools.TryRemove(entry);
        }
    }
}
