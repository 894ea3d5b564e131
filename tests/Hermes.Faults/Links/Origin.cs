namespace Hermes.Faults.Links;

/// <summary>Whose connection it is.</summary>
/// <param name="Name">A worker's name, or <see cref="Elsewhere"/>.</param>
/// <param name="ProcessId">The process; a worker that is started again is another one.</param>
internal sealed record Origin(string Name, int ProcessId)
{
    /// <summary>Nobody of the fleet: the conductor itself.</summary>
    public static Origin Elsewhere { get; } = new("elsewhere", 0);
}
