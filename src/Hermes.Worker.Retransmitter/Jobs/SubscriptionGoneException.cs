using Hermes.Shared.Naming;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>The subscription that the job is about was deleted, or is another one of the same name now.</summary>
internal sealed class SubscriptionGoneException(SubscriptionName name) : Exception($"Subscription {name} was deleted, or deleted and created anew.");
