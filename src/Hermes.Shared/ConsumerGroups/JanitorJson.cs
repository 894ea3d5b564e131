using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.ConsumerGroups;

/// <summary>The janitor's documents as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Tombstone)), JsonSerializable(typeof(GroupEvent)), JsonSerializable(typeof(Observation)), JsonSerializable(typeof(GroupPlan)),
 JsonSerializable(typeof(GroupPolicy))]
public sealed partial class JanitorJson : JsonSerializerContext
{
    /// <summary>The one to use: text stays readable.</summary>
    public static JanitorJson Instance { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
