using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Hermes.Shared.Registry;

namespace Hermes.Shared.Jobs;

/// <summary>The documents of jobs as JSON. A member that is not known is a fault: what was asked with it would be left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobDocument)), JsonSerializable(typeof(JobStatus)), JsonSerializable(typeof(MoveOrder)), JsonSerializable(typeof(MoveAck)), JsonSerializable(typeof(SubscriptionFilter))]
public sealed partial class JobJson : JsonSerializerContext
{
    /// <summary>The one to use: text stays readable.</summary>
    public static JobJson Instance { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>A document as a node's data.</summary>
    public static byte[] Write<T>(T document, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(document, type);

    /// <summary>A status.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static JobStatus ReadStatus(ReadOnlySpan<byte> data) =>
        JsonSerializer.Deserialize(data, Instance.JobStatus) ?? throw new JsonException("The status is null.");

    /// <summary>An order.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static MoveOrder ReadOrder(ReadOnlySpan<byte> data) =>
        JsonSerializer.Deserialize(data, Instance.MoveOrder) ?? throw new JsonException("The order is null.");
}
