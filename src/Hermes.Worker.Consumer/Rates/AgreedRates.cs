using Hermes.Shared.Fleet;
using Hermes.Shared.Hosting;
using Hermes.Shared.Registry;
using Hermes.Worker.Consumer.Assignments;
using Hermes.Worker.Consumer.Membership;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Rates;

/// <summary>How fast this worker may be, by the leader's node for it.</summary>
/// <remarks>Where nothing is agreed yet, a subscription's rate is divided by the number of its consumers. What was agreed stays
/// through lost sessions, deleted nodes and rubbish, until something else is.</remarks>
internal sealed partial class AgreedRates : IAsyncDisposable
{
    // A subscription that begins does not wait for longer: then its part by the number of consumers is good enough.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly string _path;
    private readonly AssignmentView _assignments;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly TreeView? _node;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private TreeNode? _read;
    private IReadOnlyDictionary<long, double> _agreed = new Dictionary<long, double>();

    public AgreedRates(IZooKeeper zooKeeper, FleetPaths paths, ConsumerId id, AssignmentView assignments, ConsumerOptions options, ILogger<AgreedRates> logger, TimeProvider clock)
    {
        (_path, _assignments, _logger, _clock) = (paths.MaxRates(id.Value), assignments, logger, clock);
        if (options.Workload is Workload.Assigned)
            _node = TreeView.Start(zooKeeper, _path, new(), logger, clock);
    }

    /// <summary>Has a nudge given at each change.</summary>
    public Task TellAsync(Nudge nudge, CancellationToken cancellationToken) =>
        _node is null ? Task.CompletedTask : nudge.FollowAsync(_node.Subscribe(), cancellationToken);

    /// <summary>This worker's share of a subscription that is about to begin; waits a little for what is agreed to be read.</summary>
    /// <returns><see langword="null"/> where its rate is not shared.</returns>
    public async Task<double?> FirstShareOfAsync(RegisteredSubscription subscription)
    {
        if (_node is not null)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            await using var timer = _clock.CreateTimer(static l => ((CancellationTokenSource)l!).Cancel(), limit, Patience, Timeout.InfiniteTimeSpan);
            try
            {
                await _node.WhenCurrentAsync(limit.Token);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                // ZooKeeper is slow, or away.
            }
        }
        return ShareOf(subscription);
    }

    /// <summary>This worker's share of a subscription's rate, in attempts a second.</summary>
    /// <returns><see langword="null"/> where its rate is not shared.</returns>
    public double? ShareOf(RegisteredSubscription subscription)
    {
        if (_node is null || subscription.Document.DeliveryType is not (null or DeliveryTypes.Serial))
            return null;
        double whole = Math.Max(subscription.Document.SubscriptionPolicy?.Rate ?? SubscriptionPolicy.DefaultRate, 1);
        if (Read(_node).TryGetValue(subscription.Identity, out var agreed) && double.IsFinite(agreed) && agreed > 0)
            return Math.Min(agreed, whole);
        return whole / Math.Max(1, _assignments.ConsumersOf(subscription.Identity));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_node is not null)
            await _node.DisposeAsync();
    }

    private IReadOnlyDictionary<long, double> Read(TreeView tree)
    {
        lock (_gate)
        {
            if (tree.Find(_path) is not { } node || ReferenceEquals(node, _read))
                return _agreed;
            _read = node;
            try
            {
                _agreed = MaxRates.Read(node.Data.Span);
            }
            catch (InvalidDataException e)
            {
                Log.Unreadable(_logger, _path, e.Message);
            }
            return _agreed;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.RatesUnreadable, LogLevel.Warning, "{Path} is ignored: {Reason}")]
        public static partial void Unreadable(ILogger logger, string path, string reason);
    }
}
