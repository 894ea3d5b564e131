using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Shared.Jobs;

/// <summary>Asks for jobs and looks at them.</summary>
public sealed class JobClient(IZooKeeper zooKeeper, JobPaths paths)
{
    /// <summary>Creates a job.</summary>
    /// <returns>Its id: a UUID of version 7, so that ids sort by their time.</returns>
    /// <exception cref="ZooKeeperException">There is no Hermes installation below the root, or the right to create nodes is missing.</exception>
    public async Task<string> CreateAsync(JobDocument job, CancellationToken cancellationToken)
    {
        await CreateFoldersAsync(cancellationToken);
        var (id, creation) = Prepare(job);
        await zooKeeper.MultiAsync([creation], cancellationToken);
        return id;
    }

    /// <summary>The creation of a job, for a multi with what belongs to it; the folders must be there.</summary>
    public (string Id, Operation Creation) Prepare(JobDocument job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var id = Guid.CreateVersion7().ToString();
        return (id, Operation.Create(paths.Job(id), JobJson.Write(job, JobJson.Instance.JobDocument), CreateMode.Persistent));
    }

    /// <summary>All jobs' ids, the oldest first.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        await zooKeeper.TryGetChildrenAsync(paths.Jobs, cancellationToken) is { } jobs ? [.. jobs.Names.Order(StringComparer.Ordinal)] : [];

    /// <summary>What a job asks for, and where it stands; <see langword="null"/> when there is no such job. The status is
    /// <see langword="null"/> until a retransmitter has looked at it.</summary>
    /// <exception cref="System.Text.Json.JsonException">The status cannot be read.</exception>
    public async Task<(NodeData Node, JobStatus? Status)?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await zooKeeper.TryGetAsync(paths.Job(id), cancellationToken) is not { } node)
            return null;
        var status = await zooKeeper.TryGetAsync(paths.Status(id), cancellationToken);
        return (node, status is { } found ? JobJson.ReadStatus(found.Data.Span) : null);
    }

    /// <summary>Asks a job to stop. What was moved stays moved.</summary>
    /// <returns>False: there is no such job.</returns>
    public async Task<bool> CancelAsync(string id, string by, CancellationToken cancellationToken)
    {
        try
        {
            await zooKeeper.CreateAsync(paths.Cancel(id), System.Text.Encoding.UTF8.GetBytes(by), CreateMode.Persistent, cancellationToken);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists)
        {
            // Asked before.
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode)
        {
            return false;
        }
        return true;
    }

    /// <summary>Lets a replay rest, or go on.</summary>
    /// <returns>False: there is no such job.</returns>
    public async Task<bool> PauseAsync(string id, bool isPaused, string by, CancellationToken cancellationToken)
    {
        if (await zooKeeper.FindAsync(paths.Job(id), cancellationToken) is null)
            return false;
        try
        {
            if (isPaused)
                await zooKeeper.CreateAsync(paths.Pause(id), System.Text.Encoding.UTF8.GetBytes(by), CreateMode.Persistent, cancellationToken);
            else
                await zooKeeper.DeleteAsync(paths.Pause(id), NodeVersion.Any, cancellationToken);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists or ErrorCode.NoNode)
        {
            // It is so already, or the job has just gone.
        }
        return true;
    }

    /// <summary>Makes the folders of jobs, unless they are there; never the root itself.</summary>
    /// <exception cref="ZooKeeperException">There is no root, or the right to create nodes is missing.</exception>
    public Task CreateFoldersAsync(CancellationToken cancellationToken) => zooKeeper.CreateMissingAsync(cancellationToken, paths.Folder, paths.Jobs, paths.Actives);
}
