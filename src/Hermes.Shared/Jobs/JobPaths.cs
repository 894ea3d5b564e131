using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Shared.Jobs;

/// <summary>Where retransmission jobs are kept, below Hermes's root; see <c>docs/retransmission.md</c>.</summary>
public sealed class JobPaths(HermesPaths hermes)
{
    /// <summary>The folder of all that belongs to retransmission.</summary>
    public string Folder { get; } = $"{hermes.Root.TrimEnd('/')}/retransmission";

    /// <summary>All jobs.</summary>
    public string Jobs => $"{Folder}/jobs";

    /// <summary>Which job owns which subscription's offsets.</summary>
    public string Actives => $"{Folder}/active";

    /// <summary>A job: what is asked.</summary>
    public string Job(string id) => $"{Jobs}/{id}";

    /// <summary>Where a job stands.</summary>
    public string Status(string id) => $"{Job(id)}/status";

    /// <summary>Who works on a job: the path of a <see cref="ZooKeeper.Recipes.Lease"/>.</summary>
    public string Claim(string id) => $"{Job(id)}/claim";

    /// <summary>Its presence asks a job to stop.</summary>
    public string Cancel(string id) => $"{Job(id)}/cancel";

    /// <summary>While it is there, a replay rests.</summary>
    public string Pause(string id) => $"{Job(id)}/pause";

    /// <summary>A job's orders to live consumers.</summary>
    public string Orders(string id) => $"{Job(id)}/orders";

    /// <summary>Their answers.</summary>
    public string Acks(string id) => $"{Job(id)}/acks";

    /// <summary>The order for one partition.</summary>
    public string Order(string id, string topic, int partition) => $"{Orders(id)}/{topic}/{partition}";

    /// <summary>The answer to it.</summary>
    public string Ack(string id, string topic, int partition) => $"{Acks(id)}/{topic}/{partition}";

    /// <summary>Holds the id of the job that owns this subscription's offsets.</summary>
    public string Active(SubscriptionName subscription) => $"{Actives}/{subscription}";

    /// <summary>The id of the job that a path is about; <see langword="null"/> for a path outside of any.</summary>
    public string? IdOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith(Jobs + "/", StringComparison.Ordinal))
            return null;
        var rest = path.AsSpan(Jobs.Length + 1);
        return (rest.IndexOf('/') is var end && end < 0 ? rest : rest[..end]).ToString();
    }
}
