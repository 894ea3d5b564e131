namespace Hermes.Shared.Registry;

/// <summary>The OAuth providers by their names: those of the registry, or what a test makes them.</summary>
public interface IOAuthProviders
{
    /// <summary>A provider as it is now; the same object until its document is written again. <see langword="null"/> when there is none that can be read.</summary>
    OAuthProviderDocument? Find(string name);
}
