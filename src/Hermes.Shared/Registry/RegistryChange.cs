namespace Hermes.Shared.Registry;

/// <summary>A change of the registry, in the order in which this process saw it.</summary>
public abstract record RegistryChange
{
    private RegistryChange()
    {
    }

    /// <summary>A subscription appeared.</summary>
    public sealed record SubscriptionCreated(RegisteredSubscription Subscription) : RegistryChange;

    /// <summary>A subscription's document was written. Deleted and created again, it is removed and then created.</summary>
    public sealed record SubscriptionChanged(RegisteredSubscription Before, RegisteredSubscription Subscription) : RegistryChange;

    /// <summary>A subscription is gone.</summary>
    public sealed record SubscriptionRemoved(RegisteredSubscription Subscription) : RegistryChange;

    /// <summary>A topic appeared, or its document was written.</summary>
    public sealed record TopicChanged(RegisteredTopic Topic) : RegistryChange;

    /// <summary>A topic is gone.</summary>
    public sealed record TopicRemoved(RegisteredTopic Topic) : RegistryChange;

    /// <summary>All that there was at some moment since the last connection has been told.</summary>
    public sealed record Current : RegistryChange;
}
