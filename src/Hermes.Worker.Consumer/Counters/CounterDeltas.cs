namespace Hermes.Worker.Consumer.Counters;

/// <summary>What is to be added to a subscription's counters.</summary>
/// <param name="Delivered">Messages.</param>
/// <param name="Discarded">Messages.</param>
/// <param name="Volume">Bytes of bodies, of both.</param>
internal readonly record struct CounterDeltas(long Delivered, long Discarded, long Volume);
