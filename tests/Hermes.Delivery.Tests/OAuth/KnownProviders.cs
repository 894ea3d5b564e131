using System.Collections.Concurrent;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.Tests.OAuth;

/// <summary>Providers as a test names them.</summary>
internal sealed class KnownProviders : IOAuthProviders
{
    private readonly ConcurrentDictionary<string, OAuthProviderDocument> _all = new(StringComparer.Ordinal);

    public KnownProviders(params ReadOnlySpan<OAuthProviderDocument> documents)
    {
        foreach (var document in documents) Set(document);
    }

    public void Set(OAuthProviderDocument document) => _all[document.Name] = document;

    public OAuthProviderDocument? Find(string name) => _all.GetValueOrDefault(name);
}
