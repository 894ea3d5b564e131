using Hermes.Shared.Registry;

namespace Hermes.Delivery;

/// <summary>The delivery of one subscription, as its intake knows it: one message a request, or many. Made by <see cref="DeliveryEngine"/>.</summary>
public interface ISubscriptionDelivery : IAsyncDisposable
{
    /// <summary>The qualified name of the subscription.</summary>
    string Name { get; }

    /// <summary>Messages accepted and not yet settled.</summary>
    int Unsettled { get; }

    /// <summary>Of the unsettled messages, those that wait for their sending delay or their next attempt.</summary>
    int Resting { get; }

    /// <summary>How long the oldest unsettled message has been here; zero when there is none.</summary>
    TimeSpan OldestAge { get; }

    /// <summary>Attempts that were begun since it was opened; never falls.</summary>
    long Attempts { get; }

    /// <summary>
    /// The most attempts a second that this process may make: its share of the subscription's rate. Null: all of it. It never widens the
    /// subscription's own rate, and it counts from the next attempt on. Batches have no rate: for them it changes nothing.
    /// </summary>
    double? MaxRate { get; set; }

    /// <summary>Takes a message. Never waits.</summary>
    /// <returns>False when there is no room (<c>roomAgain</c> is called once there is room) or the delivery is closing.</returns>
    bool TryAccept(Message message);

    /// <summary>Takes a message, or tells more closely why not. Never waits.</summary>
    Acceptance Offer(Message message) => TryAccept(message) ? Acceptance.Taken : Acceptance.Full;

    /// <summary>
    /// Drops what a revoked or moved partition has waiting, up to and including <paramref name="epoch"/>, unsettled. Attempts on the wire
    /// run to their end, which is not reported. After the return no settlement of such a message begins.
    /// </summary>
    void Abandon(string kafkaTopic, int partition, int epoch);

    /// <summary>
    /// Drops what waits of a partition that is to be given back, up to and including <paramref name="epoch"/>, unsettled. Attempts on the
    /// wire run to their end and are settled as always, but for one that fails: it is left to the next owner.
    /// </summary>
    void Release(string kafkaTopic, int partition, int epoch) => Abandon(kafkaTopic, partition, epoch);

    /// <summary>Attempts on the wire of released partitions; <c>roomAgain</c> is called once there are none.</summary>
    int Releasing => 0;

    /// <summary>
    /// Accepts no more, drops unsettled what is not on the wire, and waits for the attempts that are. An attempt that fails now is not
    /// repeated. At <paramref name="letGo"/> the rest is cut off, unsettled, and the wait ends; it does not throw.
    /// </summary>
    Task DrainAsync(CancellationToken letGo);

    /// <summary>Follows a changed subscription or topic, from the next attempt on. Another <c>deliveryType</c> needs another delivery.</summary>
    /// <exception cref="NotSupportedException">It is not served any more; delivery goes on as before, until it is drained.</exception>
    void Update(RegisteredSubscription subscription, RegisteredTopic topic);
}
