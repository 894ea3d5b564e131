using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>What a batch subscription asks for beyond Hermes: <see cref="SubscriptionExtensions.Batch"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BatchExtensions
{
    /// <summary>
    /// Whether a batch that the endpoint refuses for good (4xx, client errors not retried) is split in halves, and these again, down to the
    /// message that is to blame: that one alone is discarded. Each part is a batch with an id of its own. Default no: all its messages are discarded.
    /// </summary>
    public bool Split { get; init; }
}
