namespace Hermes.Delivery.Filtering;

/// <summary>One condition on the messages that a subscription wants.</summary>
internal interface IMessageFilter
{
    /// <summary>Its kind, as the subscription names it.</summary>
    string Type { get; }

    /// <summary>Whether the message passes. May throw: who asks counts that as not passing.</summary>
    bool Passes(Message message);
}
