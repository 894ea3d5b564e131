using System.Collections.Concurrent;
using Hermes.Shared.Health;
using Hermes.Shared.Telemetry;
using Hermes.Worker.Janitor.Leadership;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper.Recipes;
using Quartz;

namespace Hermes.Worker.Janitor.Schedules;

/// <summary>Runs the duties when Quartz says so, and shows a sign of life for each: one that never ends, or is never called
/// again, is a stuck loop.</summary>
internal sealed class Duties(Leader leader, Heartbeats heartbeats, TimeProvider clock)
{
    // A sweep over thousands of groups on a slow cluster takes its time.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(30);
    private readonly ConcurrentDictionary<string, Heartbeat> _heartbeats = new(StringComparer.Ordinal);

    /// <summary>Runs one, if this janitor leads.</summary>
    public async Task RunAsync(IJobExecutionContext context, Func<LeadershipTerm, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var heartbeat = _heartbeats.GetOrAdd(context.JobDetail.Key.Name, static (name, all) => all.Register(name, LongestSilence, Servers.ZooKeeper | Servers.Kafka), heartbeats);
        heartbeat.Beat();
        try
        {
            await leader.WhileLeadingAsync(heartbeat.Name, async (term, ended) =>
            {
                using var span = JanitorMetrics.Source.StartActivity($"sweep {heartbeat.Name}");
                span?.SetTag("hermes.fencing_number", term.FencingNumber);
                try
                {
                    await work(term, ended);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    span?.Fail(e);
                    throw;
                }
            }, cancellationToken);
        }
        finally
        {
            if (context.NextFireTimeUtc is { } next && next - clock.GetUtcNow() is var pause && pause > TimeSpan.Zero)
                heartbeat.Rest(pause);
            else
                heartbeat.Beat();
        }
    }
}
