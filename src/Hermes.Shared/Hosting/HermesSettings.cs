using System.ComponentModel.DataAnnotations;

namespace Hermes.Shared.Hosting;

/// <summary>What the whole process is part of, bound from <c>Hermes</c>.</summary>
public sealed record HermesSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Hermes";

    /// <summary>The datacenter that this process belongs to, as Hermes's own configuration names it: retransmission jobs and clean-up
    /// tasks for another one are left alone. Default <c>dc</c>, as there.</summary>
    [Required] public string Datacenter { get; init; } = "dc";
}
