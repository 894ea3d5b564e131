using Hermes.Worker.Janitor.Leadership;
using Hermes.Worker.Janitor.Tombstones;
using Quartz;

namespace Hermes.Worker.Janitor.Schedules;

/// <summary>Quartz's doorway to the tombstones.</summary>
[DisallowConcurrentExecution]
internal sealed class TombstoneJob(Leader leader, TombstoneDuty duty) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => new(leader.WhileLeadingAsync(duty.RunAsync, cancellationToken));
}
