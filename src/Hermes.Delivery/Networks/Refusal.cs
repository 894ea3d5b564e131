namespace Hermes.Delivery.Networks;

/// <summary>Why no connection is made to an address.</summary>
/// <param name="Rule">The rule, as a word for metrics.</param>
/// <param name="Reason">The rule in words, with the setting that decides, if one does.</param>
internal sealed record Refusal(string Rule, string Reason);
