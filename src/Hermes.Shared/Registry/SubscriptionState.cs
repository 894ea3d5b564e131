namespace Hermes.Shared.Registry;

/// <summary>The words of a subscription's <c>state</c>. Another word is kept, and the subscription is not served.</summary>
public static class SubscriptionState
{
    /// <summary>Created, not served yet: the first consumer that serves it makes it active.</summary>
    public const string Pending = "PENDING";

    /// <summary>Served.</summary>
    public const string Active = "ACTIVE";

    /// <summary>Not served; its offsets stay.</summary>
    public const string Suspended = "SUSPENDED";
}
