using System.Globalization;

namespace Hermes.Faults.Plans;

/// <summary>One line of a plan.</summary>
/// <param name="At">When it begins, from the start of the plan on.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Target">To what: see <see cref="Targets"/>.</param>
/// <param name="Length">How long it lasts.</param>
internal sealed record PlannedFault(TimeSpan At, FaultKind Kind, string Target, TimeSpan Length)
{
    /// <summary>When it ends.</summary>
    public TimeSpan End => At + Length;

    /// <summary>Reads a line.</summary>
    /// <exception cref="FormatException">It is none; says why.</exception>
    public static PlannedFault Parse(string line)
    {
        if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var at, var kind, var target, "for", var length])
            throw new FormatException($"'{line}' is not of the form: SECONDS KIND TARGET for SECONDS.");
        if (!Enum.TryParse<FaultKind>(kind, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed) || char.IsAsciiDigit(kind[0]))
            throw new FormatException($"'{kind}' is no kind of fault: {string.Join(", ", Enum.GetNames<FaultKind>()).ToLowerInvariant()}.");
        if (!Targets.Of(parsed).Contains(target, StringComparer.Ordinal))
            throw new FormatException($"{kind} goes to one of {string.Join(", ", Targets.Of(parsed))}, not to '{target}'.");
        return new(Seconds(at), parsed, target, Seconds(length));
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds,8:0.00} {Kind.ToString().ToLowerInvariant(),-6} {Target,-28} for {Length.TotalSeconds:0.00}");

    private static TimeSpan Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"'{text}' is no number of seconds.");
}
