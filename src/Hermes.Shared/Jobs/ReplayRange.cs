namespace Hermes.Shared.Jobs;

/// <summary>One partition's part in a replay.</summary>
/// <param name="Topic">The Kafka topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="First">The first offset to deliver.</param>
/// <param name="End">The offset behind the last one; fixed at acceptance.</param>
/// <param name="Next">The checkpoint: nothing below it is unsettled.</param>
/// <param name="Settled">What is settled above the checkpoint, coded as in a consumer's commit; absent: nothing.</param>
public sealed record ReplayRange(string Topic, int Partition, long First, long End, long Next, string? Settled = null);
