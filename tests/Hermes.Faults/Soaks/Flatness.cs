using System.Globalization;

namespace Hermes.Faults.Soaks;

/// <summary>Whether a figure stays as it is over a run: the median of the run's last third against that of the third before. The
/// first third is left out, since a process that has just begun still grows.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Samples">In the order of time.</param>
/// <param name="Share">How much more the last third may have, as a share.</param>
/// <param name="Floor">How much more it may have in any case.</param>
internal sealed record Flatness(string Name, IReadOnlyList<double> Samples, double Share, double Floor)
{
    /// <summary>Of the run's first third.</summary>
    public double First => Median(0);

    /// <summary>Of the second.</summary>
    public double Second => Median(1);

    /// <summary>Of the last.</summary>
    public double Last => Median(2);

    /// <summary>Whether it is flat. A run of fewer than nine samples says nothing, and is not.</summary>
    public bool IsFlat => Samples.Count >= 9 && Last <= Second + Math.Max(Second * Share, Floor);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name,-26} medians {First,8:0.0} {Second,8:0.0} {Last,8:0.0}   least {Samples.DefaultIfEmpty().Min():0.0}, most {Samples.DefaultIfEmpty().Max():0.0}{(IsFlat ? "" : "   NOT FLAT")}");

    private double Median(int third)
    {
        var part = Samples.Skip(Samples.Count * third / 3).Take((Samples.Count * (third + 1) / 3) - (Samples.Count * third / 3)).Order().ToList();
        return part.Count == 0 ? double.NaN : part.Count % 2 == 1 ? part[part.Count / 2] : (part[(part.Count / 2) - 1] + part[part.Count / 2]) / 2;
    }
}
