using System.Text.RegularExpressions;

namespace Hermes.Shared.ConsumerGroups;

/// <summary>By which rules groups are found abandoned: the janitor's settings, written down for those who want to know.</summary>
/// <param name="DryRun">Whether abandoned groups are only planned to be deleted.</param>
/// <param name="InactiveAfterSeconds">For how long a group must be seen without a subscription, members and movement.</param>
/// <param name="Allowed">Regular expressions: only groups whose whole id one of them matches may be abandoned; none: all.</param>
/// <param name="Denied">Regular expressions: groups whose whole id one of them matches never are.</param>
public sealed record GroupPolicy(bool DryRun, double InactiveAfterSeconds, IReadOnlyList<string> Allowed, IReadOnlyList<string> Denied)
{
    private readonly IReadOnlyList<Regex> _allowed = [.. Allowed.Select(Compile)];
    private readonly IReadOnlyList<Regex> _denied = [.. Denied.Select(Compile)];

    /// <summary>Whether the patterns let a group be abandoned.</summary>
    public bool Lets(string group) => (_allowed.Count == 0 || _allowed.Any(p => p.IsMatch(group))) && !_denied.Any(p => p.IsMatch(group));

    /// <summary>A pattern for whole ids. It takes time in proportion to the id, whatever it looks like.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    public static Regex Compile(string pattern) => new($"^(?:{pattern})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
