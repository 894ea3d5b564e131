namespace Hermes.Worker.Consumer.Balancing;

/// <summary>What the weighted strategy knows beyond the assignments.</summary>
/// <param name="Operations">The weight of each subscription, on each consumer that serves it.</param>
/// <param name="Shares">Which part of all weight each consumer is to have; together 1.</param>
/// <param name="Unstable">Subscriptions that were moved lately, and are not swapped now.</param>
/// <param name="MinChange">The part of its weight that a swap must take from a consumer, at least.</param>
internal sealed record Weights(
    IReadOnlyDictionary<long, double> Operations, IReadOnlyDictionary<string, double> Shares, IReadOnlySet<long> Unstable, double MinChange)
{
    public double Of(long id) => Operations.GetValueOrDefault(id);

    public double Of(IEnumerable<long> work) => work.Sum(Of);
}
