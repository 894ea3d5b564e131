namespace Hermes.Delivery.Filtering;

/// <summary>A filter could not judge a message.</summary>
/// <param name="Type">Its kind, as the subscription names it.</param>
/// <param name="Cause">Why.</param>
internal sealed record FilterFailure(string Type, Exception Cause);
