namespace Hermes.Worker.Consumer.Balancing;

/// <summary>What a strategy decides from.</summary>
/// <param name="Needs">How many consumers each subscription that is to be served is to have.</param>
/// <param name="Consumers">Who is there.</param>
/// <param name="Assigned">What each consumer serves by now; may name subscriptions and consumers that are no more.</param>
/// <param name="MaxPerConsumer">Subscriptions that one consumer serves at most.</param>
internal sealed record WorkState(
    IReadOnlyDictionary<long, int> Needs, IReadOnlyCollection<string> Consumers, IReadOnlyDictionary<string, IReadOnlySet<long>> Assigned, int MaxPerConsumer);
