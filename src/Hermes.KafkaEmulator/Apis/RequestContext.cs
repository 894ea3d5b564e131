namespace Hermes.KafkaEmulator.Apis;

/// <summary>Where a request came from, in which version, and what to give back once it is answered.</summary>
/// <param name="Version">The version of the request, and so of its response.</param>
/// <param name="ClientId">The client's name for itself; empty when it gave none.</param>
/// <param name="ClientHost">The client's address as Kafka shows it in group descriptions: <c>/127.0.0.1</c>.</param>
internal sealed record RequestContext(short Version, string ClientId, string ClientHost)
{
    private List<IDisposable>? _rented;

    /// <summary>Keeps a buffer that the response refers to until the response is sent.</summary>
    public void DisposeOnceAnswered(IDisposable rented) => (_rented ??= []).Add(rented);

    /// <summary>Called by the connection when the response is sent or given up.</summary>
    public void Answered()
    {
        foreach (var rented in _rented ?? [])
            rented.Dispose();
        _rented = null;
    }
}
