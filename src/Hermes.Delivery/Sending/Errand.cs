using System.Diagnostics;

namespace Hermes.Delivery.Sending;

/// <summary>One attempt that a courier is sent on.</summary>
/// <param name="Plan">What the subscription asks for.</param>
/// <param name="Parcel">The message, and what its attempts have come to.</param>
/// <param name="Trace">The span whose context goes along; null: none.</param>
internal readonly record struct Errand(DeliveryPlan Plan, Parcel Parcel, Activity? Trace);
