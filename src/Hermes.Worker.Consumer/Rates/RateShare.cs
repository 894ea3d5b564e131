namespace Hermes.Worker.Consumer.Rates;

/// <summary>A consumer's part in the rate of one subscription.</summary>
/// <param name="Max">What it may do, in attempts a second; <see langword="null"/> where nothing is agreed yet.</param>
/// <param name="Used">Which share of that it used, 0 to 1, the newest first; empty where it has not said.</param>
internal sealed record RateShare(double? Max, IReadOnlyList<double> Used);
