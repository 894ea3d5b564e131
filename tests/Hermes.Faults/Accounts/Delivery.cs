using Hermes.Faults.Links;

namespace Hermes.Faults.Accounts;

/// <summary>A message that the endpoint took, or that was given up with a dead letter.</summary>
/// <param name="At">When it answered 200; of a letter, when it was read.</param>
/// <param name="Origin">To whom; of a letter, who gave the message up.</param>
/// <param name="Job">The replay that it belongs to; absent: the subscription's own delivery.</param>
/// <param name="IsLetter">Whether it was given up.</param>
internal sealed record Delivery(TimeSpan At, Origin Origin, string? Job, bool IsLetter = false);
