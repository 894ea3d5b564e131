namespace Hermes.Cli.Consumers;

/// <summary>A consumer of the fleet, by its nodes.</summary>
/// <param name="Name">Its name in the fleet.</param>
/// <param name="IsPresent">Whether it is registered now.</param>
/// <param name="IsLeader">Whether it leads.</param>
/// <param name="Work">What is assigned to it.</param>
/// <param name="Cpu">What it reported of its CPU, 0 to 1, where loads are reported.</param>
/// <param name="Fault">Why a node of it cannot be read.</param>
internal sealed record FleetConsumer(string Name, bool IsPresent, bool IsLeader, IReadOnlyList<FleetWork> Work, double? Cpu, string? Fault);
