using Hermes.Shared.Registry;

namespace Hermes.Delivery;

/// <summary>What of Hermes's subscriptions is served.</summary>
public static class Support
{
    /// <summary>Why a subscription is not served, by the name of what it asks for and without its secrets; null when it is.</summary>
    public static string? Check(SubscriptionDocument subscription, TopicDocument topic)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(topic);
        DeliveryPlanCompiler.TryCompile(subscription, topic, new DeliveryOptions(), out var reason);
        return reason;
    }
}
