using System.Text;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Retransmitter.Jobs;

/// <summary>A job in the hands of the one retransmitter that holds its claim, and the transitions of its life. Each is one
/// multi, which applies only while this very claim stands, and while the subscription is the one the job was accepted for.</summary>
internal sealed partial class ClaimedJob
{
    private const int LongestHistory = 100;
    private readonly IZooKeeper _zooKeeper;
    private readonly JobPaths _paths;
    private readonly HermesPaths _hermes;
    private readonly Lease _claim;
    private readonly string _worker;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private int _statusVersion;

    private ClaimedJob(IZooKeeper zooKeeper, JobPaths paths, HermesPaths hermes, Lease claim, string worker, string datacenter, string id, ILogger logger, TimeProvider clock)
    {
        (_zooKeeper, _paths, _hermes, _claim, _worker, _logger, _clock) = (zooKeeper, paths, hermes, claim, worker, logger, clock);
        (Id, Datacenter) = (id, datacenter);
    }

    public string Id { get; }

    public string Datacenter { get; }

    /// <summary>The job's document as bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; private set; }

    /// <summary>When it was created, by ZooKeeper's clock.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Where it stands; <see langword="null"/> before its first transition.</summary>
    public JobStatus? Status { get; private set; }

    /// <summary>Reads a job whose claim was taken.</summary>
    /// <returns><see langword="null"/>: there is no such job any more.</returns>
    public static async Task<ClaimedJob?> ReadAsync(
        IZooKeeper zooKeeper, JobPaths paths, HermesPaths hermes, Lease claim, string worker, HermesSettings settings, string id, ILogger logger, TimeProvider clock, CancellationToken cancellationToken)
    {
        var job = new ClaimedJob(zooKeeper, paths, hermes, claim, worker, settings.Datacenter, id, logger, clock);
        if (await zooKeeper.TryGetAsync(paths.Job(id), cancellationToken) is not { } node)
            return null;
        (job.Data, job.CreatedAt) = (node.Data, node.Stat.CreatedAt);
        if (await zooKeeper.TryGetAsync(paths.Status(id), cancellationToken) is { } status)
            (job.Status, job._statusVersion) = (JobJson.ReadStatus(status.Data.Span), status.Stat.Version);
        return job;
    }

    public async Task<bool> IsCancelAskedAsync(CancellationToken cancellationToken) =>
        await _zooKeeper.FindAsync(_paths.Cancel(Id), cancellationToken) is not null;

    /// <summary>Whether someone wants the replay to rest.</summary>
    public async Task<bool> IsPauseAskedAsync(CancellationToken cancellationToken) =>
        await _zooKeeper.FindAsync(_paths.Pause(Id), cancellationToken) is not null;

    public Task<OrderBook> OrdersAsync(CancellationToken cancellationToken) => OrderBook.ReadAsync(_zooKeeper, _paths, Id, cancellationToken);

    /// <summary>Hermes's own offset nodes of these partitions.</summary>
    public Task<OffsetNodes> OffsetNodesAsync(JobRequest request, string cluster, IEnumerable<PartitionMove> moves, CancellationToken cancellationToken) =>
        OffsetNodes.ReadAsync(_zooKeeper, _hermes, request.Subscription, cluster, moves, cancellationToken);

    /// <summary>The job cannot be done at all; nothing was begun.</summary>
    public Task RefuseAsync(string reason, CancellationToken cancellationToken) =>
        WriteAsync(Next(JobPhases.Refused, $"Refused: {reason}") with { Reason = reason }, [], cancellationToken);

    /// <summary>Another job has the subscription's offsets.</summary>
    public Task QueueAsync(CancellationToken cancellationToken) => Status is { Phase: JobPhases.Queued }
        ? Task.CompletedTask
        : WriteAsync(Next(JobPhases.Queued, "Queued behind another job for the same subscription") with { WaitsFor = "the end of another job for the same subscription" },
            [], cancellationToken);

    /// <summary>A dry run ends with what it has worked out.</summary>
    public Task AnswerAsync(JobPlan plan, CancellationToken cancellationToken) =>
        WriteAsync(Next(JobPhases.Completed, "Dry run: what would be done is worked out, and nothing is done") with { Partitions = plan.Moves, Replay = plan.Replay }, [], cancellationToken);

    /// <summary>The job takes the subscription into its hands, with targets that are fixed from here on.</summary>
    /// <returns>False: another job has it.</returns>
    public async Task<bool> TryAcceptAsync(JobRequest request, JobPlan plan, CancellationToken cancellationToken)
    {
        var active = _paths.Active(request.Subscription);
        var status = (plan.Replay is { } replay
            ? Next(JobPhases.Replaying, $"Accepted: {replay.Total} offsets of {replay.Ranges.Count} partitions to deliver")
            : Next(JobPhases.Moving, $"Accepted: {plan.Moves.Count} partitions to move")) with
        { SubscriptionId = plan.Subscription.Identity, Partitions = plan.Moves, Replay = plan.Replay };
        while (true)
        {
            try
            {
                await WriteAsync(status, [Operation.Create(active, Encoding.UTF8.GetBytes(Id), CreateMode.Persistent)], cancellationToken, request);
                return true;
            }
            catch (MultiFailedException e) when (e.Code is ErrorCode.NodeExists)
            {
                if (!await TryFreeAsync(active, cancellationToken))
                    return false;
            }
        }
    }

    /// <summary>Tells the owners of partitions to move them.</summary>
    public Task PublishOrdersAsync(
        JobRequest request, OrderBook book, IReadOnlyList<PartitionMove> moves, IReadOnlyList<PartitionMove> ordered, CancellationToken cancellationToken)
    {
        var id = Status!.SubscriptionId!.Value;
        return WriteAsync(
            Next(JobPhases.Moving, $"The group has members: orders for {ordered.Count} partitions") with { Partitions = moves },
            [Active(request), .. book.Publish(ordered, m => new(request.Document.Subscription, id, m.To))], cancellationToken, request);
    }

    /// <summary>The members are gone: what they have not acknowledged is no longer theirs to do.</summary>
    public Task WithdrawOrdersAsync(JobRequest request, OrderBook book, OffsetNodes nodes, IReadOnlyList<PartitionMove> moves, CancellationToken cancellationToken) => WriteAsync(
        Next(JobPhases.Moving, "The group has no members: what nobody has carried out is withdrawn") with { Partitions = Uncommanded(moves) },
        [Active(request), .. book.Withdraw(), .. nodes.Clear()], cancellationToken, request);

    /// <summary>Says what it waits for and what is proven by now, if that is news.</summary>
    public Task WaitAsync(JobRequest request, IReadOnlyList<PartitionMove> moves, string? what, CancellationToken cancellationToken) =>
        Status!.WaitsFor == (what ?? Status.WaitsFor) && moves.SequenceEqual(Status.Partitions)
            ? Task.CompletedTask
            : WriteAsync((what is null ? Next(JobPhases.Moving, "More partitions are proven to be moved") : Next(JobPhases.Moving, $"Waits for {what}") with { WaitsFor = what })
                with
            { Partitions = moves }, [Active(request)], cancellationToken, request);

    /// <summary>Members that do not know our orders are told in Hermes's own way: its offset nodes and its command, and for
    /// these partitions no order any more, all at once.</summary>
    /// <returns>The command's node.</returns>
    public async Task<string> CommandAsync(
        JobRequest request, OrderBook book, OffsetNodes nodes, IReadOnlyList<PartitionMove> moves, IReadOnlyList<PartitionMove> commanded, CancellationToken cancellationToken)
    {
        var result = await WriteAsync(
            Next(JobPhases.Moving, $"Orders for {commanded.Count} partitions were not acknowledged: Hermes's own offset nodes and command") with { Partitions = moves },
            [Active(request), .. book.Withdraw(commanded), .. nodes.Write(), .. await GiveCommandAsync(request, cancellationToken)], cancellationToken, request);
        return result.Results[^1].Path!;
    }

    /// <summary>The command went with the session of the one who gave it, and its nodes still stand.</summary>
    /// <returns>The new command's node.</returns>
    public async Task<string> RepeatCommandAsync(JobRequest request, CancellationToken cancellationToken)
    {
        var result = await WriteAsync(Next(JobPhases.Moving, "Hermes's command is given again"), [Active(request), .. await GiveCommandAsync(request, cancellationToken)], cancellationToken, request);
        return result.Results[^1].Path!;
    }

    /// <summary>Deletes a command that was given.</summary>
    public async Task DeleteCommandAsync(string command, CancellationToken cancellationToken)
    {
        try
        {
            await _zooKeeper.DeleteAsync(command, NodeVersion.Any, cancellationToken);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode)
        {
            // It went with a session that was lost.
        }
    }

    /// <summary>Nobody has obeyed Hermes's own nodes in time: they go, and everything is begun anew.</summary>
    public Task WithdrawNodesAsync(JobRequest request, OffsetNodes nodes, IReadOnlyList<PartitionMove> moves, CancellationToken cancellationToken) => WriteAsync(
        Next(JobPhases.Moving, "Hermes's own offset nodes were not obeyed in time, and are withdrawn") with { Partitions = Uncommanded(moves) },
        [Active(request), .. nodes.Clear()], cancellationToken, request);

    /// <summary>The end: each partition is proven, and nothing of the job is left but its account.</summary>
    public Task FinishAsync(JobRequest request, OrderBook book, OffsetNodes nodes, IReadOnlyList<PartitionMove> moves, CancellationToken cancellationToken) => WriteAsync(
        Next(JobPhases.Completed, "Completed: each partition is proven to be moved") with { Partitions = moves },
        [.. book.Clear(), .. nodes.Clear(), Operation.Delete(_paths.Active(request.Subscription), NodeVersion.Any)], cancellationToken, request);

    /// <summary>Says how far a replay has come; no news for its history.</summary>
    public Task CheckpointAsync(JobRequest request, ReplayProgress progress, CancellationToken cancellationToken) => WriteAsync(
        Status! with { Phase = JobPhases.Replaying, WaitsFor = null, FencingNumber = _claim.FencingNumber, UpdatedAt = _clock.GetUtcNow(), Replay = progress },
        [Active(request)], cancellationToken, request);

    /// <summary>Another's replay goes on here, from its checkpoint.</summary>
    public Task TakeOverAsync(JobRequest request, CancellationToken cancellationToken) => Status!.FencingNumber == _claim.FencingNumber
        ? Task.CompletedTask
        : WriteAsync(Next(Status.Phase, "Goes on from the checkpoint") with { WaitsFor = Status.WaitsFor }, [Active(request)], cancellationToken, request);

    /// <summary>A replay rests, if that is news.</summary>
    public Task RestAsync(JobRequest request, ReplayProgress progress, string what, CancellationToken cancellationToken) => Status!.WaitsFor == what
        ? Task.CompletedTask
        : WriteAsync(Next(JobPhases.Paused, $"Rests: waits for {what}") with { WaitsFor = what, Replay = progress }, [Active(request)], cancellationToken, request);

    /// <summary>A replay goes on after a rest.</summary>
    public Task ResumeAsync(JobRequest request, CancellationToken cancellationToken) => Status!.Phase != JobPhases.Paused
        ? Task.CompletedTask
        : WriteAsync(Next(JobPhases.Replaying, "Goes on after the rest"), [Active(request)], cancellationToken, request);

    /// <summary>The end of a replay: each message of the range has come to its own.</summary>
    public Task FinishAsync(JobRequest request, ReplayProgress progress, CancellationToken cancellationToken) => WriteAsync(
        Next(JobPhases.Completed, $"Completed: {progress.Delivered} delivered, {progress.Filtered} filtered, {progress.Discarded} discarded") with { Replay = progress },
        [Operation.Delete(_paths.Active(request.Subscription), NodeVersion.Any)], cancellationToken, request);

    /// <summary>An end without completion: cancelled, or failed for a reason. What was done stays so.</summary>
    public Task EndAsync(JobRequest request, OrderBook book, string phase, string reason, CancellationToken cancellationToken, ReplayProgress? progress = null, OffsetNodes? nodes = null)
    {
        Operation[] active = Status is { } begun && JobPhases.IsUnderWay(begun.Phase) ? [Operation.Delete(_paths.Active(request.Subscription), NodeVersion.Any)] : [];
        var partitions = Status is null ? [] : Acknowledged(book);
        return WriteAsync(Next(phase, $"Ended: {reason}") with { Reason = reason, Partitions = partitions, Replay = progress ?? Status?.Replay }, [.. book.Clear(), .. nodes?.Clear() ?? [], .. active], cancellationToken);
    }

    /// <summary>The partitions, with those that consumers have acknowledged.</summary>
    public IReadOnlyList<PartitionMove> Acknowledged(OrderBook book) =>
        [.. Status!.Partitions.Select(m => m.Moved is null && book.IsAcknowledged(m) ? m with { Moved = MoveProofs.Acknowledged } : m)];

    private async Task<Operation[]> GiveCommandAsync(JobRequest request, CancellationToken cancellationToken)
    {
        var command = Operation.Create(ManagementCommand.Path(_hermes), ManagementCommand.Write(request.Subscription), CreateMode.EphemeralSequential);
        // The folder of commands is a container: an empty one goes by itself (R8).
        return await _zooKeeper.FindAsync(_hermes.Commands, cancellationToken) is null ? [Operation.Create(_hermes.Commands, default, CreateMode.Container), command] : [command];
    }

    private static IReadOnlyList<PartitionMove> Uncommanded(IReadOnlyList<PartitionMove> moves) => [.. moves.Select(m => m.Moved is null ? m with { Commanded = null } : m)];

    // Only the holder of a job's claim deletes its node: while our claim stands, the node that is there is ours.
    private Operation Active(JobRequest request) => Operation.Check(_paths.Active(request.Subscription), NodeVersion.Any);

    private JobStatus Next(string phase, string what)
    {
        var now = _clock.GetUtcNow();
        JobEvent[] history = [.. Status?.History ?? [], new(now, _worker, what)];
        LogTransition(_logger, Id, what);
        return new()
        {
            Phase = phase,
            Datacenter = Datacenter,
            SubscriptionId = Status?.SubscriptionId,
            FencingNumber = _claim.FencingNumber,
            UpdatedAt = now,
            Partitions = Status?.Partitions ?? [],
            Replay = Status?.Replay,
            // The beginning and the newest are what a reader wants of a long one.
            History = history.Length <= LongestHistory ? history : [history[0], .. history[^(LongestHistory - 1)..]],
        };
    }

    /// <param name="next">The status to write.</param>
    /// <param name="alongside">What belongs to the transition.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="about">Given: the subscription must be there, and the one that was accepted.</param>
    /// <exception cref="ClaimLostException">The claim is gone; nothing was written.</exception>
    /// <exception cref="SubscriptionGoneException">The subscription is; nothing was written.</exception>
    /// <exception cref="MultiFailedException">Something alongside was refused; nothing was written.</exception>
    private async Task<MultiResult> WriteAsync(JobStatus next, IReadOnlyList<Operation> alongside, CancellationToken cancellationToken, JobRequest? about = null)
    {
        var data = JobJson.Write(next, JobJson.Instance.JobStatus);
        while (true)
        {
            Operation? subscription = null;
            if (about is not null)
            {
                var path = _hermes.Subscription(about.Subscription);
                if (await _zooKeeper.FindAsync(path, cancellationToken) is not { } stat || stat.CreatedZxid != next.SubscriptionId)
                    throw new SubscriptionGoneException(about.Subscription);
                subscription = Operation.Check(path, stat.Version);
            }
            Operation status = Status is null
                ? Operation.Create(_paths.Status(Id), data, CreateMode.Persistent)
                : Operation.Set(_paths.Status(Id), data, _statusVersion);
            Operation[] operations = [_claim.Guard, status, .. subscription is null ? Array.Empty<Operation>() : [subscription], .. alongside];
            try
            {
                var result = await _zooKeeper.MultiAsync(operations, cancellationToken);
                _statusVersion = Status is null ? 0 : _statusVersion + 1;
                Status = next;
                return result;
            }
            catch (MultiFailedException e) when (e.Index == 0)
            {
                throw new ClaimLostException(Id);
            }
            catch (MultiFailedException e) when (e.Index == 2 && subscription is not null)
            {
                // Its document was written meanwhile, or it is gone: looked at again.
            }
        }
    }

    /// <summary>Frees a subscription whose job is gone or ended, e.g. because a person has deleted its node.</summary>
    private async Task<bool> TryFreeAsync(string active, CancellationToken cancellationToken)
    {
        if (await _zooKeeper.TryGetAsync(active, cancellationToken) is not { } node)
            return true;
        var owner = Encoding.UTF8.GetString(node.Data.Span);
        if (owner.Length > 0 && !owner.Contains('/', StringComparison.Ordinal) && await _zooKeeper.FindAsync(_paths.Job(owner), cancellationToken) is not null)
        {
            if (await _zooKeeper.TryGetAsync(_paths.Status(owner), cancellationToken) is not { } status || !JobPhases.IsFinal(JobJson.ReadStatus(status.Data.Span).Phase))
                return false;
        }
        try
        {
            await _zooKeeper.MultiAsync([_claim.Guard, Operation.Delete(active, node.Stat.Version)], cancellationToken);
        }
        catch (MultiFailedException e) when (e.Index == 1)
        {
            // Someone else has freed it.
        }
        return true;
    }

    [LoggerMessage(LogEvents.Transition, LogLevel.Information, "Job {Job}: {What}")]
    private static partial void LogTransition(ILogger logger, string job, string what);
}
