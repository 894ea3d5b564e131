using Hermes.Faults.Links;

namespace Hermes.Faults.Accounts;

/// <summary>A message that the endpoint took.</summary>
/// <param name="At">When it answered 200.</param>
/// <param name="Origin">To whom.</param>
/// <param name="Job">The replay that it belongs to; absent: the subscription's own delivery.</param>
internal sealed record Delivery(TimeSpan At, Origin Origin, string? Job);
