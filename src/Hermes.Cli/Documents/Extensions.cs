using System.Text.Json.Nodes;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Documents;

/// <summary>What a subscription asks for beyond what Hermes knows, in the place that Hermes keeps.</summary>
internal static class Extensions
{
    private const string Metadata = "endpointAddressResolverMetadata";

    /// <exception cref="UsageException">Something else stands in that place.</exception>
    public static void Set(JsonObject document, string member, bool value) => Child(Child(document, Metadata), SubscriptionExtensions.Member)[member] = value;

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is null)
            parent[name] = new JsonObject();
        return parent[name] as JsonObject ?? throw new UsageException($"{name} must be an object.");
    }
}
