namespace Hermes.Shared.Envelope;

/// <summary>What a record's value holds.</summary>
/// <param name="Body">The message alone: a part of the value, not a copy.</param>
/// <param name="Id">The message's id in the envelope; <see langword="null"/> without one.</param>
/// <param name="TimestampMs">When it was published, by the envelope, Unix milliseconds.</param>
/// <param name="ExternalMetadata">What the publisher added.</param>
public readonly record struct Unwrapped(
    ReadOnlyMemory<byte> Body, string? Id, long? TimestampMs, IReadOnlyList<KeyValuePair<string, string>> ExternalMetadata);
