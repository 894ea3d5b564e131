namespace Hermes.Bench.Delivery;

/// <summary>One round of one side.</summary>
/// <param name="PerSecond">Deliveries a second.</param>
/// <param name="CpuMicroseconds">Processor time of the delivering process for one message.</param>
/// <param name="ResidentMegabytes">Its resident memory at the end.</param>
internal sealed record Figures(double PerSecond, double CpuMicroseconds, double ResidentMegabytes)
{
    /// <summary>Each figure's median, taken by itself.</summary>
    public static Figures Median(IReadOnlyCollection<Figures> rounds) =>
        new(Middle(rounds, one => one.PerSecond), Middle(rounds, one => one.CpuMicroseconds), Middle(rounds, one => one.ResidentMegabytes));

    private static double Middle(IReadOnlyCollection<Figures> rounds, Func<Figures, double> figure)
    {
        var sorted = rounds.Select(figure).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
