using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>What of a subscription is delivered one after the other: <see cref="SubscriptionExtensions.Order"/>.</summary>
[JsonConverter(typeof(DeliveryOrderConverter))]
public enum DeliveryOrder
{
    /// <summary>Nothing: <c>unordered</c>, as Hermes delivers. The default.</summary>
    Unordered,

    /// <summary>Messages of one key: <c>key</c>. Those without a key have no order.</summary>
    Key,

    /// <summary>Messages of one partition: <c>partition</c>.</summary>
    Partition,
}
