using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>The documents as JSON, in the form that Hermes writes and reads: compact UTF-8, camel case, absent in place of
/// null, and whatever is not known kept.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GroupDocument)), JsonSerializable(typeof(TopicDocument)), JsonSerializable(typeof(SubscriptionDocument))]
[JsonSerializable(typeof(SubscriptionExtensions)), JsonSerializable(typeof(OAuthProviderDocument)), JsonSerializable(typeof(OAuthPolicyDocument))]
[JsonSerializable(typeof(Fleet.WorkConstraint)), JsonSerializable(typeof(UndeliveredMessage))]
public sealed partial class DocumentJson : JsonSerializerContext
{
    /// <summary>The one to use: text stays readable, as Java writes it.</summary>
    public static DocumentJson Instance { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
