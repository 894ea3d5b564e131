using System.Text.Json;
using Hermes.Shared.Jobs;
using Hermes.ZooKeeper.Recipes;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>What the watched tree says of the jobs of this datacenter.</summary>
internal sealed class JobTable(TreeView tree, JobPaths paths, string datacenter)
{
    /// <summary>All jobs that concern this datacenter, in no order.</summary>
    public IReadOnlyDictionary<string, JobEntry> Read()
    {
        var entries = new Dictionary<string, JobEntry>(StringComparer.Ordinal);
        foreach (var id in tree.Children(paths.Jobs))
        {
            if (tree.Find(paths.Job(id)) is { } node && Read(id, node) is { } entry)
                entries[id] = entry;
        }
        return entries;
    }

    /// <summary>Whether this job may go on: none before it is for the same subscription, and unfinished.</summary>
    public static bool HasItsTurn(JobEntry job, IEnumerable<JobEntry> all) =>
        !all.Any(other => other.Zxid < job.Zxid && !other.IsFinal && other.Subscription == job.Subscription && other.Subscription is not null);

    private JobEntry? Read(string id, TreeNode node)
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
        if (tree.Find(paths.Status(id)) is { } found)
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
        return new(id, node.Stat.CreatedZxid, subscription, phase, updatedAt, tree.Find(paths.Claim(id)) is not null);
    }
}
