using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Counters;

/// <summary>Tells the registry what became of the messages: the counters that management shows, and each subscription's last
/// discarded message.</summary>
/// <remarks>
/// <para>Stopped after the deliveries: what they settle last is told too.</para>
/// <para>The counters stand at the subscription's own path, where management reads them. Hermes's consumers turn the underscores
/// of names into dots on the way there, and so never find the counters of such names.</para>
/// <para>A write whose answer is lost may have happened; it is not repeated, so a counter may lag and never runs ahead.</para>
/// </remarks>
internal sealed partial class CounterReporter(
    IZooKeeper zooKeeper, HermesPaths paths, KafkaSettings kafka, TallyBook book, ConsumerOptions options, ILogger<CounterReporter> logger, TimeProvider clock) : BackgroundService
{
    private const int AtOnce = 16;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private readonly Outage _counters = new("The counters of subscriptions", logger, clock);
    private readonly Outage _discards = new("The last discarded messages of subscriptions", logger, clock);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(
                RepeatAsync(options.CounterInterval, t => TellCountersAsync(t, stoppingToken), _counters, stoppingToken),
                RepeatAsync(options.UndeliveredInterval, t => TellDiscardAsync(t, stoppingToken), _discards, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            using var limit = new CancellationTokenSource(Farewell, clock);
            try
            {
                await ForAllAsync(t => TellCountersAsync(t, limit.Token), _counters, limit.Token);
                await ForAllAsync(t => TellDiscardAsync(t, limit.Token), _discards, limit.Token);
            }
            catch (OperationCanceledException)
            {
                // ZooKeeper is away: what was not told is lost.
            }
        }
    }

    private async Task RepeatAsync(TimeSpan interval, Func<SettlementTally, Task> tell, Outage outage, CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(interval, clock, stoppingToken);
            await ForAllAsync(tell, outage, stoppingToken);
        }
    }

    private async Task ForAllAsync(Func<SettlementTally, Task> tell, Outage outage, CancellationToken cancellationToken)
    {
        var failures = 0;
        await Parallel.ForEachAsync(book.All, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (tally, _) =>
        {
            try
            {
                await tell(tally);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // the others go on (I7)
            {
                Interlocked.Increment(ref failures);
                if (outage.Fails(e))
                    Log.NotTold(logger, e, tally.Subscription.Name);
            }
        });
        if (failures == 0)
            outage.Works();
    }

    private async Task TellCountersAsync(SettlementTally tally, CancellationToken cancellationToken)
    {
        var isClosed = tally.IsClosed; // before: then what is taken is the last
        var isThere = !tally.HasDeltas || await IsThereAsync(tally, cancellationToken);
        var deltas = tally.Take();
        if (isThere)
        {
            deltas = await AddAsync(tally, "delivered", deltas, d => d.Delivered, d => d with { Delivered = 0 }, cancellationToken);
            deltas = await AddAsync(tally, "discarded", deltas, d => d.Discarded, d => d with { Discarded = 0 }, cancellationToken);
            await AddAsync(tally, "volume", deltas, d => d.Volume, d => d with { Volume = 0 }, cancellationToken);
        }
        if (isClosed && !tally.HasDiscard)
            book.Remove(tally);
    }

    /// <summary>Adds one of them; where it surely was not added, all that is left is returned.</summary>
    private async Task<CounterDeltas> AddAsync(
        SettlementTally tally, string counter, CounterDeltas deltas, Func<CounterDeltas, long> one, Func<CounterDeltas, CounterDeltas> without, CancellationToken cancellationToken)
    {
        if (one(deltas) == 0)
            return deltas;
        var folder = paths.Metrics(tally.Subscription.Name);
        try
        {
            await zooKeeper.CreateMissingAsync(cancellationToken, folder); // never what is above it: the subscription may be gone
            await new Counter(zooKeeper, $"{folder}/{counter}").AddAsync(one(deltas), cancellationToken);
        }
        catch (Exception e)
        {
            var mayBeAdded = e is ConnectionLostException { MaybeApplied: true } or SessionExpiredException { MaybeApplied: true };
            tally.Return(mayBeAdded ? without(deltas) : deltas);
            throw;
        }
        return without(deltas);
    }

    /// <summary>Whether the subscription is still the one that was served: another of its name has counters of its own.</summary>
    private async Task<bool> IsThereAsync(SettlementTally tally, CancellationToken cancellationToken) =>
        await zooKeeper.FindAsync(paths.Subscription(tally.Subscription.Name), cancellationToken) is { } stat && stat.CreatedZxid == tally.Subscription.Identity;

    private async Task TellDiscardAsync(SettlementTally tally, CancellationToken cancellationToken)
    {
        if (!tally.HasDiscard)
            return;
        var isThere = await IsThereAsync(tally, cancellationToken);
        if (tally.TakeDiscard(kafka.ClusterName) is not { } discard || !isThere)
            return;
        try
        {
            while (!await TryWriteAsync(paths.Undelivered(tally.Subscription.Name), discard, cancellationToken))
            {
                // Another worker was first: whose is newer?
            }
        }
        catch
        {
            tally.Return(discard);
            throw;
        }
    }

    private async Task<bool> TryWriteAsync(string path, UndeliveredMessage discard, CancellationToken cancellationToken)
    {
        try
        {
            if (await zooKeeper.TryGetAsync(path, cancellationToken) is not { } node)
                await zooKeeper.CreateAsync(path, discard.Write(), CreateMode.Persistent, cancellationToken);
            else if (UndeliveredMessage.TimestampOf(node.Data.Span) is not { } timestamp || timestamp <= discard.Timestamp)
                await zooKeeper.SetAsync(path, discard.Write(), node.Stat.Version, cancellationToken);
            return true; // written, or another worker's is newer (W13)
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.BadVersion or ErrorCode.NodeExists)
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.CountersNotTold, LogLevel.Warning, "The counters of {Subscription} could not be written now; what surely was not added is added later")]
        public static partial void NotTold(ILogger logger, Exception exception, SubscriptionName subscription);
    }
}
