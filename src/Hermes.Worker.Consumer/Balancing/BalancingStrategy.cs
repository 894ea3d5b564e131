namespace Hermes.Worker.Consumer.Balancing;

/// <summary>What is made equal over the consumers.</summary>
public enum BalancingStrategy
{
    /// <summary>The number of subscriptions.</summary>
    Selective,

    /// <summary>The load, by what the consumers report. All of a fleet must then report it.</summary>
    Weighted,
}
