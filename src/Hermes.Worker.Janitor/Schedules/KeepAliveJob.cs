using Hermes.Worker.Janitor.KeepAlive;
using Quartz;

namespace Hermes.Worker.Janitor.Schedules;

/// <summary>Quartz's doorway to the offsets that are to be kept.</summary>
[DisallowConcurrentExecution]
internal sealed class KeepAliveJob(Duties duties, KeepAliveDuty duty) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => new(duties.RunAsync(context, duty.RunAsync, cancellationToken));
}
