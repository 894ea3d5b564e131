namespace Hermes.Cli.Publishing;

/// <summary>How messages are to be published.</summary>
/// <param name="Key">Their key, if they have one.</param>
/// <param name="KeyMember">The member of each message that is its key.</param>
/// <param name="TimestampMs">Their time, Unix milliseconds; the present one by default.</param>
/// <param name="Headers">What subscribers get as headers.</param>
/// <param name="MaxMessageSize">The topic's limit for a message in bytes.</param>
internal sealed record PublishOptions(
    string? Key, string? KeyMember, long? TimestampMs, IReadOnlyList<KeyValuePair<string, string>> Headers, int? MaxMessageSize);
