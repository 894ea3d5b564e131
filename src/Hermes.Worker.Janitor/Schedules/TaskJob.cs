using Hermes.Worker.Janitor.CleanUp;
using Quartz;

namespace Hermes.Worker.Janitor.Schedules;

/// <summary>Quartz's doorway to Hermes's clean-up tasks.</summary>
[DisallowConcurrentExecution]
internal sealed class TaskJob(Duties duties, TaskDuty duty) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => new(duties.RunAsync(context, duty.RunAsync, cancellationToken));
}
