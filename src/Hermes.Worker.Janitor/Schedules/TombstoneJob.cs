using Hermes.Worker.Janitor.Tombstones;
using Quartz;

namespace Hermes.Worker.Janitor.Schedules;

/// <summary>Quartz's doorway to the tombstones.</summary>
[DisallowConcurrentExecution]
internal sealed class TombstoneJob(Duties duties, TombstoneDuty duty) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => new(duties.RunAsync(context, duty.RunAsync, cancellationToken));
}
