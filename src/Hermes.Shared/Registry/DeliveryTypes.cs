namespace Hermes.Shared.Registry;

/// <summary>The words of a subscription's <c>deliveryType</c>.</summary>
public static class DeliveryTypes
{
    /// <summary>One message a request. Hermes's default.</summary>
    public const string Serial = "SERIAL";

    /// <summary>Many messages a request.</summary>
    public const string Batch = "BATCH";
}
