using Hermes.Worker.Janitor.KeepAlive;
using Hermes.Worker.Janitor.Leadership;
using Quartz;

namespace Hermes.Worker.Janitor.Schedules;

/// <summary>Quartz's doorway to the offsets that are to be kept.</summary>
[DisallowConcurrentExecution]
internal sealed class KeepAliveJob(Leader leader, KeepAliveDuty duty) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => new(leader.WhileLeadingAsync(duty.RunAsync, cancellationToken));
}
