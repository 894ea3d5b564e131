using Hermes.Worker.Janitor.Inactivity;
using Hermes.Worker.Janitor.Leadership;
using Quartz;

namespace Hermes.Worker.Janitor.Schedules;

/// <summary>Quartz's doorway to the groups that nobody uses.</summary>
[DisallowConcurrentExecution]
internal sealed class InactiveJob(Leader leader, InactiveDuty duty) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => new(leader.WhileLeadingAsync(duty.RunAsync, cancellationToken));
}
