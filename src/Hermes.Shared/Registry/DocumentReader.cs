using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hermes.Shared.Naming;
using Hermes.ZooKeeper;

namespace Hermes.Shared.Registry;

/// <summary>Nodes to documents and back.</summary>
internal static class DocumentReader
{
    /// <exception cref="RegistryException">It is no document, or one of something else.</exception>
    public static RegisteredTopic Topic(TopicName name, ReadOnlySpan<byte> data, NodeStat stat)
    {
        var document = Read(data, DocumentJson.Instance.TopicDocument, $"topic {name}");
        return document.Name == name.ToString()
            ? new(name, document, stat.CreatedZxid, stat.CreatedAt, stat.Version)
            : throw Misplaced($"topic {name}", document.Name);
    }

    /// <exception cref="RegistryException">It is no document, or one of something else.</exception>
    public static RegisteredSubscription Subscription(SubscriptionName name, ReadOnlySpan<byte> data, NodeStat stat)
    {
        var document = Read(data, DocumentJson.Instance.SubscriptionDocument, $"subscription {name}");
        return document.TopicName == name.Topic.ToString() && document.Name == name.Name
            ? new(name, document, stat.CreatedZxid, stat.CreatedAt, stat.Version)
            : throw Misplaced($"subscription {name}", $"{document.TopicName}${document.Name}");
    }

    /// <exception cref="RegistryException">It is no document.</exception>
    public static GroupDocument Group(string name, ReadOnlySpan<byte> data) => Read(data, DocumentJson.Instance.GroupDocument, $"group {name}");

    /// <exception cref="RegistryException">It is no document, or one of something else.</exception>
    public static OAuthProviderDocument OAuthProvider(string name, ReadOnlySpan<byte> data)
    {
        var document = Read(data, DocumentJson.Instance.OAuthProviderDocument, $"OAuth provider {name}");
        return document.Name == name ? document : throw Misplaced($"OAuth provider {name}", document.Name);
    }

    public static byte[] Write<T>(T document, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(document, type);

    private static T Read<T>(ReadOnlySpan<byte> data, JsonTypeInfo<T> type, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(data, type) ?? throw new JsonException("The document is null.");
        }
        catch (JsonException e)
        {
            throw new RegistryException(RegistryFault.Unreadable, $"The node of {what} holds no readable document: {e.Message}", e);
        }
    }

    private static RegistryException Misplaced(string what, string found) =>
        new(RegistryFault.Unreadable, $"The node of {what} holds the document of '{found}'.");
}
