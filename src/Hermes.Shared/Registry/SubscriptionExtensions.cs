using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>What a subscription asks for beyond what Hermes knows.</summary>
/// <remarks>It stands in the document's <c>endpointAddressResolverMetadata</c> under <see cref="Member"/>: the one place that
/// Hermes keeps at every change and looks at nowhere (docs/decisions/0011-extensions.md).</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)] // what is asked for and not known must not be left out silently
public sealed record SubscriptionExtensions
{
    /// <summary>Its name in <c>endpointAddressResolverMetadata</c>.</summary>
    public const string Member = "hermesWorkers";

    private static readonly SubscriptionExtensions None = new();

    /// <summary>The most attempts that a message (or a batch) gets, besides its time to live. At least 1; default: no such limit.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Where discarded messages are kept; <c>{}</c>: in a topic with the default name. Absent: nowhere.</summary>
    public DeadLetterExtensions? DeadLetter { get; init; }

    /// <summary>Of a batch subscription: how its batches are treated.</summary>
    public BatchExtensions? Batch { get; init; }

    /// <summary>Whether it goes on where a deleted subscription of its name stood, as long as that is kept.</summary>
    public bool? RestoreOffsets { get; init; }

    /// <summary>Asks for signatures.</summary>
    public SigningRequest? Signing { get; init; }

    /// <summary>BROADCAST only: the addresses that each message goes to, in place of the endpoint; its credentials go to all.</summary>
    public IReadOnlyList<string>? Endpoints { get; init; }

    /// <summary>BROADCAST only: each message goes to every address that the host of an endpoint resolves to.</summary>
    public bool? EveryAddress { get; init; }

    /// <summary>Of a serial subscription: what is delivered one after the other, the next message only when the one before is settled.</summary>
    public DeliveryOrder Order { get; init; }

    /// <summary>Reads them from a subscription's document.</summary>
    /// <param name="document">The subscription.</param>
    /// <param name="extensions">What it asks for; nothing when it has no such member.</param>
    /// <param name="fault">Why they cannot be read, naming the member; never a value, which may be a secret.</param>
    public static bool TryRead(SubscriptionDocument document, [NotNullWhen(true)] out SubscriptionExtensions? extensions, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(document);
        (extensions, fault) = (None, null);
        if (document.EndpointAddressResolverMetadata is not { ValueKind: JsonValueKind.Object } metadata || !metadata.TryGetProperty(Member, out var own))
            return true;
        try
        {
            extensions = own.Deserialize(DocumentJson.Instance.SubscriptionExtensions);
            if (extensions is not null)
                return true;
            fault = $"endpointAddressResolverMetadata.{Member} is null";
        }
        catch (JsonException e)
        {
            extensions = null;
            fault = $"endpointAddressResolverMetadata.{Member} cannot be read at {e.Path ?? "$"}";
        }
        return false;
    }
}
