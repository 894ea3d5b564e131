namespace Hermes.Faults.Plans;

/// <summary>What is done to the fleet, and when: made from a seed, printed, and read back to be played again.</summary>
/// <param name="Seed">What the plan was made from, and what the load is made from.</param>
/// <param name="Faults">In the order of their beginnings.</param>
internal sealed record FaultPlan(int Seed, IReadOnlyList<PlannedFault> Faults)
{
    private const string SeedLine = "seed ";

    /// <summary>When the last fault ends.</summary>
    public TimeSpan End => Faults.Count == 0 ? TimeSpan.Zero : Faults.Max(f => f.End);

    /// <summary>Reads a plan: a line with the seed, and a line for each fault; what follows a <c>#</c> is a comment.</summary>
    /// <exception cref="FormatException">It is none; says why.</exception>
    public static FaultPlan Parse(string text)
    {
        int? seed = null;
        var faults = new List<PlannedFault>();
        foreach (var line in text.Split('\n').Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0))
        {
            if (!line.StartsWith(SeedLine, StringComparison.Ordinal))
                faults.Add(PlannedFault.Parse(line));
            else if (int.TryParse(line.AsSpan(SeedLine.Length), out var number))
                seed = number;
            else
                throw new FormatException($"'{line}' names no seed: it must be a whole number.");
        }
        return new(seed ?? throw new FormatException("The plan has no line 'seed NUMBER'."), [.. faults.OrderBy(f => f.At)]);
    }

    public override string ToString() => string.Join('\n', [$"{SeedLine}{Seed}", .. Faults.Select(f => f.ToString())]);
}
