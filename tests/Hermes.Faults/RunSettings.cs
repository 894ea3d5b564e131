using Hermes.Faults.Fleets;
using Hermes.Faults.Plans;

namespace Hermes.Faults;

/// <summary>What a run is to be like.</summary>
internal sealed record RunSettings
{
    /// <summary>What is done to the fleet; of a soak nothing.</summary>
    public required FaultPlan Plan { get; init; }

    public BrokerKind Broker { get; init; }

    /// <summary>How long there is load at least; faults may make it longer.</summary>
    public TimeSpan Length { get; init; }

    /// <summary>Messages a second; each goes to four subscriptions.</summary>
    public double Rate { get; init; } = 20;

    /// <summary>A retransmission is asked for so often.</summary>
    public TimeSpan JobInterval { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>A group becomes one to be deleted so often.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>The groups' offsets are looked at so often.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where what the workers wrote is kept, whatever the verdict; absent: where something was wrong, in a folder that is named.</summary>
    public string? Logs { get; init; }

    /// <summary>Memory, handles and threads are sampled so often, and must be flat at the end; absent: they are not.</summary>
    public TimeSpan? SampleInterval { get; init; }
}
