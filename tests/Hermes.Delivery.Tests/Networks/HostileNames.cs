using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Hermes.Delivery.Networks;

namespace Hermes.Delivery.Tests.Networks;

/// <summary>A resolver whose answers a test writes; each answer is used once, the last one stays.</summary>
internal sealed class HostileNames : INameResolver
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<IPAddress[]>> _answers = new(StringComparer.OrdinalIgnoreCase);
    private int _asked;

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public HostileNames Say(string host, params string[] addresses)
    {
        _answers.GetOrAdd(host, static _ => new()).Enqueue([.. addresses.Select(IPAddress.Parse)]);
        return this;
    }

    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        if (!_answers.TryGetValue(host, out var answers)) throw new SocketException((int)SocketError.HostNotFound);
        if (host.StartsWith("never", StringComparison.Ordinal)) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return answers.Count > 1 && answers.TryDequeue(out var next) || answers.TryPeek(out next) ? next : [];
    }
}
