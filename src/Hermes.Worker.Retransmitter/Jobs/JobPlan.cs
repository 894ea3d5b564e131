using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>What a job comes to, worked out before its acceptance and fixed by it.</summary>
/// <param name="Subscription">As it was read.</param>
/// <param name="Moves">Of a rewind: each partition's way.</param>
/// <param name="Replay">Of a replay: the ranges, with nothing done yet.</param>
internal sealed record JobPlan(RegisteredSubscription Subscription, IReadOnlyList<PartitionMove> Moves, ReplayProgress? Replay);
