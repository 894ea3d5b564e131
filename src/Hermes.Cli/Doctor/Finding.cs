namespace Hermes.Cli.Doctor;

/// <summary>What one look at an installation found.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="State">How bad it is.</param>
/// <param name="What">What was found.</param>
/// <param name="Advice">What to do about it; <see langword="null"/> when nothing is to be done.</param>
internal sealed record Finding(string Check, FindingState State, string What, string? Advice);
