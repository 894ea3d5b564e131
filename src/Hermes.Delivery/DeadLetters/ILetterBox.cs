using Confluent.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.DeadLetters;

/// <summary>Writes dead letters to their topics.</summary>
internal interface ILetterBox
{
    /// <summary>The Kafka topic of a subscription's dead letters.</summary>
    string TopicOf(SubscriptionName subscription, DeadLetterExtensions asked);

    /// <summary>Writes one letter. Never waits, and never throws.</summary>
    /// <param name="topic">Where to.</param>
    /// <param name="letter">The record.</param>
    /// <param name="done">Called once, on any thread, perhaps before the return: with null once the topic's replicas have it, else with
    /// the reason why nobody knows that they do.</param>
    void Post(string topic, Message<byte[]?, byte[]?> letter, Action<string?> done);
}
