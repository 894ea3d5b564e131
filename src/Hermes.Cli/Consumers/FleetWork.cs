namespace Hermes.Cli.Consumers;

/// <summary>One assignment.</summary>
/// <param name="Subscription">The subscription's name; its id where no subscription has it.</param>
/// <param name="Id">The id: the czxid of its node.</param>
/// <param name="MaxRate">Attempts a second that the consumer may make, where that is agreed.</param>
/// <param name="Used">Which share of that it used lately, 0 to 1.</param>
/// <param name="Operations">Operations a second, where loads are reported.</param>
internal sealed record FleetWork(string Subscription, long Id, double? MaxRate, double? Used, double? Operations);
