using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Hermes.Cli.Documents;

/// <summary>Documents between their free form, in which any member can be set by its path, and the registry's.</summary>
internal static class Typed
{
    /// <exception cref="UsageException">A member has the wrong kind of value: says which.</exception>
    public static T Read<T>(JsonObject document, JsonTypeInfo<T> type)
    {
        try
        {
            return document.Deserialize(type) ?? throw new UsageException("The document is empty.");
        }
        catch (JsonException e)
        {
            throw new UsageException($"The document has a member of the wrong kind at {e.Path}: {e.Message}");
        }
    }

    public static JsonObject Write<T>(T document, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(document, type)!.AsObject();
}
