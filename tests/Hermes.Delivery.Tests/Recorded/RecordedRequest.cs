namespace Hermes.Delivery.Tests.Recorded;

/// <summary>One request that an endpoint got from a Java Hermes.</summary>
internal sealed record RecordedRequest(string Path, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    public string? Header(string name) =>
        Headers.Where(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).SingleOrDefault();
}
