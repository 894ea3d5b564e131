using System.Text.Json;
using Hermes.Shared.Jobs;
using Hermes.ZooKeeper.Recipes;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>What the watched tree says of the jobs of this datacenter.</summary>
internal sealed class JobTable(TreeView tree, JobPaths paths, string datacenter)
{
    private Dictionary<string, Parsed> _parsed = new(StringComparer.Ordinal);

    // What is known of a job until its node or its status changes; thousands of finished ones are not read again each time.
    private readonly record struct Parsed(long JobZxid, long StatusZxid, JobEntry? Entry);

    /// <summary>All jobs that concern this datacenter, in no order.</summary>
    public IReadOnlyDictionary<string, JobEntry> Read()
    {
        var entries = new Dictionary<string, JobEntry>(StringComparer.Ordinal);
        var parsed = new Dictionary<string, Parsed>(StringComparer.Ordinal);
        foreach (var id in tree.Children(paths.Jobs))
        {
            if (tree.Find(paths.Job(id)) is not { } node)
                continue;
            var status = tree.Find(paths.Status(id));
            var known = _parsed.GetValueOrDefault(id);
            if (known.JobZxid != node.Stat.ModifiedZxid || known.StatusZxid != (status?.Stat.ModifiedZxid ?? 0))
                known = new(node.Stat.ModifiedZxid, status?.Stat.ModifiedZxid ?? 0, Read(id, node, status));
            parsed[id] = known;
            if (known.Entry is { } entry)
                entries[id] = entry with { IsClaimed = tree.Find(paths.Claim(id)) is not null };
        }
        _parsed = parsed;
        return entries;
    }

    /// <summary>Whether this job may go on: none before it is for the same subscription, and unfinished.</summary>
    public static bool HasItsTurn(JobEntry job, IEnumerable<JobEntry> all) =>
        !all.Any(other => other.Zxid < job.Zxid && !other.IsFinal && other.Subscription == job.Subscription && other.Subscription is not null);

    private JobEntry? Read(string id, TreeNode node, TreeNode? found)
    {
        string? subscription = null;
        try
        {
            if (JobRequest.Read(node.Data) is not { } request)
                return null; // of another version: someone else's
            if (request.Document.Datacenter is { } other && other != datacenter)
                return null;
            subscription = request.Subscription.ToString();
        }
        catch (JobRefusedException)
        {
            // To be claimed, and told so in its status.
        }
        var (phase, updatedAt) = (default(string), default(DateTimeOffset));
        if (found is not null)
        {
            try
            {
                var status = JobJson.ReadStatus(found.Data.Span);
                (phase, updatedAt) = (status.Phase, status.UpdatedAt);
            }
            catch (JsonException)
            {
                return null; // someone has overwritten it: a person has to look
            }
        }
        return new(id, node.Stat.CreatedZxid, subscription, phase, updatedAt, IsClaimed: false);
    }
}
