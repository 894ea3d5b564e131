namespace Hermes.Shared.Kafka;

/// <summary>How new a broker is, as far as it matters here. Brokers tell which requests they know, and not their release.</summary>
public enum BrokerRelease
{
    /// <summary>It cannot forget offsets of a single topic (OffsetDelete).</summary>
    Before24,

    /// <summary>It can. About groups it is asked one by one.</summary>
    From24,

    /// <summary>It answers about many groups at once (FindCoordinator 4).</summary>
    From30,
}
