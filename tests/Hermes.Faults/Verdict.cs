using Hermes.Faults.Accounts;

namespace Hermes.Faults;

/// <summary>How a run ended.</summary>
/// <param name="Findings">What was wrong.</param>
/// <param name="Figures">What was measured, a line each.</param>
/// <param name="Logs">What the workers wrote, by name.</param>
internal sealed record Verdict(Findings Findings, IReadOnlyList<string> Figures, IReadOnlyDictionary<string, string> Logs);
