namespace Hermes.Cli.Endpoint;

/// <summary>What came to the endpoint until now.</summary>
/// <param name="Distinct">Message ids that were answered 2xx.</param>
/// <param name="Repeats">Requests for an id that had been answered 2xx before.</param>
/// <param name="Requests">All requests.</param>
/// <param name="ByStatus">Requests by the status that they were answered with.</param>
internal sealed record TallySummary(int Distinct, long Repeats, long Requests, IReadOnlyDictionary<int, long> ByStatus)
{
    /// <summary>One line of <c>name=value</c> pairs, for people and scripts.</summary>
    public override string ToString() =>
        $"distinct={Distinct} repeats={Repeats} requests={Requests}" + string.Concat(ByStatus.Select(pair => $" {pair.Key}={pair.Value}"));
}
