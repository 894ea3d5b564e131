namespace Hermes.Cli;

/// <summary>The command was asked wrongly: each fault stands on a line of its own. Nothing was attempted.</summary>
internal sealed class UsageException : Exception
{
    public UsageException(params IReadOnlyList<string> faults) : base(string.Join('\n', faults)) => Faults = faults;

    /// <summary>All that is wrong, found at once.</summary>
    public IReadOnlyList<string> Faults { get; }
}
