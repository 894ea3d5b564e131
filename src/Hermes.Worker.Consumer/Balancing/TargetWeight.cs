namespace Hermes.Worker.Consumer.Balancing;

/// <summary>Which load each consumer is to have, when loads are balanced.</summary>
public enum TargetWeight
{
    /// <summary>All the same.</summary>
    Average,

    /// <summary>More for those whose CPU has less to do than the others'.</summary>
    Scoring,
}
