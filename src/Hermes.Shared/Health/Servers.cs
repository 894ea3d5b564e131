namespace Hermes.Shared.Health;

/// <summary>The servers that a loop may have to wait for.</summary>
[Flags]
public enum Servers
{
    /// <summary>None: its silence is its own.</summary>
    None = 0,

    /// <summary>ZooKeeper.</summary>
    ZooKeeper = 1,

    /// <summary>The Kafka brokers.</summary>
    Kafka = 2,
}
