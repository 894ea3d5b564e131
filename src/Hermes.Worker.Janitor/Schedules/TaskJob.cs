using Hermes.Worker.Janitor.CleanUp;
using Hermes.Worker.Janitor.Leadership;
using Quartz;

namespace Hermes.Worker.Janitor.Schedules;

/// <summary>Quartz's doorway to the Hermes's clean-up tasks.</summary>
[DisallowConcurrentExecution]
internal sealed class TaskJob(Leader leader, TaskDuty duty) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => new(leader.WhileLeadingAsync(duty.RunAsync, cancellationToken));
}
