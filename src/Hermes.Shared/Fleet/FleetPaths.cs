using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Shared.Fleet;

/// <summary>Where the consumers of one Kafka cluster keep what they agree on: who is there, who leads, who serves what, how fast.</summary>
/// <param name="hermes">The installation's root.</param>
/// <param name="cluster">The Kafka cluster's name in Hermes's configuration.</param>
public sealed class FleetPaths(HermesPaths hermes, string cluster)
{
    private readonly string _root = hermes?.Root is { Length: > 1 } root ? root : "";

    /// <summary>One ephemeral node for each consumer that is there.</summary>
    public string Nodes => $"{_root}/consumers-registry/{cluster}/nodes";

    /// <summary>A consumer that is there.</summary>
    public string Node(string consumer) => $"{Nodes}/{consumer}";

    /// <summary>Where consumers stand for leader.</summary>
    public string Leader => $"{_root}/consumers-registry/{cluster}/leader";

    /// <summary>All assignments.</summary>
    public string Assignments => $"{_root}/consumers-workload/{cluster}/runtime-bin";

    /// <summary>What one consumer is to serve: <see cref="AssignedWork"/>.</summary>
    public string Assignment(string consumer) => $"{Assignments}/{consumer}";

    /// <summary>Reports of load, in a fleet that balances by weight.</summary>
    public string Loads => $"{_root}/consumers-workload/{cluster}/consumer-load";

    /// <summary>One consumer's report: <see cref="ConsumerLoad"/>.</summary>
    public string Load(string consumer) => $"{Loads}/{consumer}";

    /// <summary>What the leader of a fleet that balances by weight remembers: <see cref="SubscriptionProfiles"/>.</summary>
    public string Profiles => $"{_root}/consumers-workload/{cluster}/subscription-profiles";

    /// <summary>How many consumers topics and subscriptions are to have, where it is not the default.</summary>
    public string Constraints => $"{_root}/consumers-workload-constraints";

    /// <summary>A subscription's constraint.</summary>
    public string Constraint(SubscriptionName subscription) => $"{Constraints}/{subscription}";

    /// <summary>A topic's constraint, for its subscriptions that have none.</summary>
    public string Constraint(TopicName topic) => $"{Constraints}/{topic}";

    /// <summary>What the consumers and the leader say about rates.</summary>
    public string Rates => $"{_root}/consumers-rate/{cluster}/runtime-bin";

    /// <summary>A consumer's rates.</summary>
    public string Rate(string consumer) => $"{Rates}/{consumer}";

    /// <summary>How fast a consumer may be: <see cref="Fleet.MaxRates"/>.</summary>
    public string MaxRates(string consumer) => $"{Rates}/{consumer}/max-rate";

    /// <summary>How much of that it has used: <see cref="RateHistories"/>.</summary>
    public string RateHistory(string consumer) => $"{Rates}/{consumer}/history";
}
