using Hermes.Worker.Janitor.Inactivity;
using Quartz;

namespace Hermes.Worker.Janitor.Schedules;

/// <summary>Quartz's doorway to the groups that nobody uses.</summary>
[DisallowConcurrentExecution]
internal sealed class InactiveJob(Duties duties, InactiveDuty duty) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => new(duties.RunAsync(context, duty.RunAsync, cancellationToken));
}
