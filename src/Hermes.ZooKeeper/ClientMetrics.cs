using System.Diagnostics.Metrics;

namespace Hermes.ZooKeeper;

/// <summary>The names of this assembly's metrics. The meter is the process's: clients come and go.</summary>
internal static class ClientMetrics
{
    public const string Name = "Hermes.ZooKeeper";

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Connections = Meter.CreateCounter<long>(
        "hermes.zookeeper.connections", "{connection}", "Connections on which a server accepted the session.");

    public static readonly Counter<long> SessionsExpired = Meter.CreateCounter<long>(
        "hermes.zookeeper.sessions.expired", "{session}", "Sessions that the servers had dropped.");
}
