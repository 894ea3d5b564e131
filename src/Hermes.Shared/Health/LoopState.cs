namespace Hermes.Shared.Health;

/// <summary>A loop at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsAlive">Whether it gives its sign of life in time, or has an excuse.</param>
/// <param name="Silence">How long ago its last sign of life is.</param>
/// <param name="LongestSilence">How long it may be silent while it works.</param>
/// <param name="Note">Why it is silent: what it waits for, or that it is stuck; <see langword="null"/> when there is nothing to say.</param>
public sealed record LoopState(string Name, bool IsAlive, TimeSpan Silence, TimeSpan LongestSilence, string? Note);
