using Hermes.Delivery.Sending;

namespace Hermes.Delivery.Batches;

/// <summary>What a batch subscription asks for beyond what every subscription does.</summary>
internal sealed class BatchPlan
{
    /// <summary>
    /// No batch has more bytes, whatever its policy says. Hermes keeps the bodies of all its batches in a pool of this size, so that a
    /// larger one never leaves it.
    /// </summary>
    public const int LargestVolume = 64 * 1024 * 1024;

    /// <summary>Most messages in a batch.</summary>
    public required int Size { get; init; }

    /// <summary>How old a batch's first message may become before the batch is sent as it is.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>Most bytes of a batch's body.</summary>
    public required int Volume { get; init; }

    /// <summary>Whether a batch that is refused for good is split, down to the message that is to blame.</summary>
    public required bool Split { get; init; }

    /// <summary>The value of <c>Content-Type</c>.</summary>
    public required string ContentType { get; init; }

    /// <summary>Identity headers and the subscription's own: the same on each request.</summary>
    public required HeaderBlock Headers { get; init; }

    /// <summary>Whether each request is given its batch's id: not when the subscription has a header of that name.</summary>
    public required bool SendsId { get; init; }
}
