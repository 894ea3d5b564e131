namespace Hermes.Shared.Fleet;

/// <summary>The numbers of Hermes's messages.</summary>
internal static class FleetSchemas
{
    public const ushort Rates = 1;
    public const ushort MaxRate = 1;
    public const ushort RateHistory = 2;

    public const ushort Workload = 2;
    public const ushort Assignments = 1;
    public const ushort ConsumerLoad = 2;
    public const ushort SubscriptionProfiles = 3;
}
