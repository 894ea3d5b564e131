using System.Text;
using System.Text.Json;
using Hermes.Cli.Connections;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Jobs;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Doctor;

/// <summary>What is asked for and waits: retransmission jobs and clean-up tasks.</summary>
internal sealed class WorkChecks(Installation hermes, Findings findings, TimeProvider clock)
{
    private static readonly TimeSpan Unnoticed = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Unmoved = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Old = TimeSpan.FromHours(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await JobsAsync(cancellationToken);
        await TasksAsync(cancellationToken);
    }

    private async Task JobsAsync(CancellationToken cancellationToken)
    {
        var stuck = new List<string>();
        var ids = await hermes.Jobs.ListAsync(cancellationToken);
        foreach (var id in ids)
        {
            try
            {
                if (await hermes.Jobs.FindAsync(id, cancellationToken) is { } job && await StuckAsync(id, job.Node.Stat, job.Status, cancellationToken) is { } why)
                    stuck.Add($"job {id}: {why}");
            }
            catch (JsonException)
            {
                stuck.Add($"job {id}: its status cannot be read");
            }
        }
        findings.Each("retransmission jobs", stuck, FindingState.Wrong, s => s, "Is a retransmitter running, for this datacenter, and does it reach Kafka? 'hermes retransmit show' tells what the job waits for; 'hermes retransmit cancel' ends it.", $"{ids.Count}, none of them stuck");

        var held = new List<string>();
        foreach (var name in (await hermes.ZooKeeper.TryGetChildrenAsync(hermes.JobPaths.Actives, cancellationToken))?.Names ?? [])
        {
            if (await hermes.ZooKeeper.TryGetAsync($"{hermes.JobPaths.Actives}/{name}", cancellationToken) is { } node
                && Encoding.UTF8.GetString(node.Data.Span) is var id && !ids.Contains(id))
                held.Add($"{name} is held by job {id}, which is not there");
        }
        findings.Each("held subscriptions", held, FindingState.Wrong, h => h, $"Delete its node below {hermes.JobPaths.Actives}: no other job for the subscription can begin before.", "none without its job");
    }

    private async Task<string?> StuckAsync(string id, NodeStat node, JobStatus? status, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (status is null)
            return now - node.CreatedAt > Unnoticed ? $"asked for {now - node.CreatedAt:d\\.hh\\:mm\\:ss} ago, and no retransmitter has looked at it" : null;
        if (JobPhases.IsFinal(status.Phase) || status.Phase is JobPhases.Queued or JobPhases.Paused)
            return null;
        var isClaimed = await hermes.ZooKeeper.FindAsync(hermes.JobPaths.Claim(id), cancellationToken) is not null;
        var age = now - status.UpdatedAt;
        if (!isClaimed && age > Unnoticed)
            return $"it is {status.Phase}, and no retransmitter works on it";
        return age > Unmoved ? $"it is {status.Phase}, and has not moved for {age:d\\.hh\\:mm\\:ss}; it waits for {status.WaitsFor ?? "nothing that it names"}" : null;
    }

    private async Task TasksAsync(CancellationToken cancellationToken)
    {
        var old = new List<string>();
        var names = (await hermes.ZooKeeper.TryGetChildrenAsync(hermes.JanitorPaths.Tasks, cancellationToken))?.Names ?? [];
        foreach (var name in names)
        {
            if (await hermes.ZooKeeper.TryGetAsync($"{hermes.JanitorPaths.Tasks}/{name}", cancellationToken) is not { } node)
                continue;
            try
            {
                var task = CleanUpTask.Read(name, node.Data);
                if (task.Datacenter != hermes.Datacenter)
                    old.Add($"{name}: it is for datacenter '{task.Datacenter}', while Hermes:Datacenter is '{hermes.Datacenter}': it is never done here");
                else if (clock.GetUtcNow() - node.Stat.ModifiedAt is var age && age > Old)
                    old.Add($"{name}: it has waited for {age:d\\.hh\\:mm\\:ss}");
            }
            catch (InvalidDataException e)
            {
                old.Add($"{name}: {e.Message}");
            }
        }
        findings.Each("clean-up tasks", old, FindingState.Wrong, o => o, $"The janitor's log says what stands in its way: members in the group, mostly. A task that is not wanted: delete its node below {hermes.JanitorPaths.Tasks}.", $"{names.Count}, none of them old");
    }
}
