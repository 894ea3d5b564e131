namespace Hermes.Faults.Fleets;

/// <summary>Which broker the fleet runs on.</summary>
internal enum BrokerKind
{
    /// <summary>Ours.</summary>
    Emulator,

    /// <summary>Apache's, of the distribution in <c>KAFKA_HOME</c>.</summary>
    Real,
}
