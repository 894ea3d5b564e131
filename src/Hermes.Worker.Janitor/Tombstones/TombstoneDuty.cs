using System.Text.Json;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Worker.Janitor.CleanUp;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.Tombstones;

/// <summary>Gives offsets back to a subscription that appeared just after its group was deleted, and to one that asks for them;
/// writes the accounts that others died before; sweeps old tombstones and old history.</summary>
/// <remarks>Management commits a new subscription's offsets before its node is there (C3). A deletion in between takes them, and
/// keeps them in the tombstone: so a subscription that appears soon afterwards, and whose group has no offsets, gets those.</remarks>
internal sealed partial class TombstoneDuty(
    IZooKeeper zooKeeper, HermesPaths hermes, JanitorPaths paths, GroupRecords records, DeletionAccounts accounts, GroupRestorer restorer, RegistryReader registry, IGroupAdministration kafka, KafkaNames names, ServerClock server,
    JanitorOptions options, JanitorMetrics metrics, ILogger<TombstoneDuty> logger)
{
    private const int SweptAtOnce = 100;

    // A tombstone is read once in a term, and again when its subscription is there or its time is over.
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private long? _term;

    // By then whoever wrote it has either gone on or died.
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    /// <summary>Looks at all tombstones and the history once.</summary>
    public async Task RunAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        var now = await server.NowAsync(cancellationToken);
        foreach (var old in (await records.ForgetAsync(now - options.HistoryRetention, cancellationToken)).Chunk(SweptAtOnce))
            await zooKeeper.MultiAsync([term.Guard, .. old], cancellationToken);
        await LearnAsync(term, now, cancellationToken);
        foreach (var (key, _) in _known.Where(k => now - k.Value.At > options.TombstoneRetention).ToList())
            await TryAsync(key, () => SweepAsync(term, key, now, cancellationToken));
        await SettleAsync(term, now, cancellationToken);
        foreach (var ofTopic in _known.Where(k => k.Value.Subscription is not null).GroupBy(k => k.Value.Subscription!.Topic).ToList())
        {
            var there = (await zooKeeper.TryGetChildrenAsync(hermes.Subscriptions(ofTopic.Key), cancellationToken))?.Names.ToHashSet(StringComparer.Ordinal) ?? [];
            foreach (var (key, (subscription, _, _)) in ofTopic)
            {
                if (there.Contains(subscription!.Name))
                    await TryAsync(key, () => LookAsync(term, key, subscription, now, cancellationToken));
            }
        }
    }

    private async Task LearnAsync(LeadershipTerm term, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_term != term.FencingNumber)
            _known.Clear();
        _term = term.FencingNumber;
        var keys = await records.ListAsync(cancellationToken);
        foreach (var gone in _known.Keys.Except(keys, StringComparer.Ordinal).ToList())
            _known.Remove(gone);
        foreach (var key in keys.Where(k => !_known.ContainsKey(k)))
        {
            await TryAsync(key, async () =>
            {
                try
                {
                    await ReadAsync(key, cancellationToken);
                }
                catch (JsonException)
                {
                    _known[key] = new(null, now, IsUnsettled: false); // named once
                    throw;
                }
            });
        }
    }

    private async Task<(Tombstone Tombstone, int Version)?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var found = await records.FindAsync(key, cancellationToken);
        if (found is { Tombstone: var tombstone })
            _known[key] = new(SubscriptionName.TryParse(tombstone.Subscription, out var subscription) ? subscription : null, tombstone.At, tombstone.IsUnsettled);
        return found;
    }

    private async Task SweepAsync(LeadershipTerm term, string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await ReadAsync(key, cancellationToken) is not var (tombstone, version) || now - tombstone.At is var age && age <= options.TombstoneRetention)
            return;
        await zooKeeper.MultiAsync([term.Guard, Operation.Delete(paths.Tombstone(key), version)], cancellationToken);
        _known.Remove(key);
        Log.Swept(logger, key, age);
    }

    /// <summary>Who dies between a deletion and its account leaves a tombstone that does not say what has become of the group.</summary>
    private async Task SettleAsync(LeadershipTerm term, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var unsettled = _known.Where(k => k.Value.IsUnsettled && now - k.Value.At > Settled).Select(k => k.Key).ToList();
        if (unsettled.Count == 0)
            return;
        var committed = await kafka.AllCommittedAsync([.. unsettled.Select(k => GroupKey.Parse(k).Group).Distinct(StringComparer.Ordinal)]);
        var states = await kafka.FindGroupsAsync([.. committed.Keys]);
        foreach (var key in unsettled)
        {
            await TryAsync(key, async () =>
            {
                var (group, topic) = GroupKey.Parse(key);
                if (topic is null ? states[group].OrThrow() is not null : committed[group].OrThrow().Any(o => o.Topic == topic))
                    return; // it was never deleted, or is there again: the tombstone is kept for its time
                if (await ReadAsync(key, cancellationToken) is not var (tombstone, version) || !tombstone.IsUnsettled)
                    return;
                await zooKeeper.MultiAsync([term.Guard, .. accounts.Of(tombstone, version)], cancellationToken);
                _known[key] = _known[key] with { IsUnsettled = false };
                metrics.Deleted(topic is null ? "group" : "offsets");
                Log.Accounted(logger, key);
            });
        }
    }

    private async Task LookAsync(LeadershipTerm term, string key, SubscriptionName subscription, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await ReadAsync(key, cancellationToken) is not var (tombstone, _) || tombstone is not { RestoredAt: null, Topic: null, Offsets.Count: > 0 })
            return;
        var document = (await registry.SubscriptionAsync(subscription, cancellationToken)).Document;
        if (SubscriptionExtensions.TryRead(document, out var extensions, out _) && extensions.RestoreOffsets is true)
        {
            await RestoreAsync(term, tombstone, "its subscription is back and asks for them", cancellationToken);
            return;
        }
        if (now - tombstone.At > options.RepairWindow)
            return;
        // Also where the account of the deletion was never written: then nobody but the tombstone knows what was lost. What others
        // have committed meanwhile of topics that it does not read is not what a creation has committed.
        var read = ReadTopics.Of(subscription.Topic, (await registry.TopicAsync(subscription.Topic, cancellationToken)).Document, names);
        var present = (await kafka.CommittedAsync(tombstone.Group)).Select(o => o.Topic).ToHashSet(StringComparer.Ordinal);
        var lost = tombstone.Offsets.Where(o => read.Contains(o.Topic) && !present.Contains(o.Topic)).ToList();
        if (lost.Count > 0)
            await RestoreAsync(term, tombstone with { Offsets = lost }, "its subscription appeared just after the deletion", cancellationToken);
    }

    private async Task RestoreAsync(LeadershipTerm term, Tombstone tombstone, string reason, CancellationToken cancellationToken)
    {
        var how = await restorer.RestoreAsync(tombstone, reason, [term.Guard], cancellationToken);
        metrics.Restored();
        Log.Restored(logger, tombstone.Group, how, reason);
    }

    private async Task TryAsync(string key, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is not OperationCanceledException) // the others go on
        {
            Log.Failed(logger, e, key);
        }
    }

    /// <param name="Subscription">Whose group it was; <see langword="null"/>: it cannot be read.</param>
    /// <param name="At">When it was written.</param>
    /// <param name="IsUnsettled">Whether it does not say if the group is gone.</param>
    private sealed record Known(SubscriptionName? Subscription, DateTimeOffset At, bool IsUnsettled);

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Accounted, LogLevel.Information, "The deletion of {Group} is written down: whoever did it did not come to it")]
        public static partial void Accounted(ILogger logger, string group);

        [LoggerMessage(LogEvents.Swept, LogLevel.Information, "The tombstone of group {Group} is deleted: it was {Age} old")]
        public static partial void Swept(ILogger logger, string group, TimeSpan age);

        [LoggerMessage(LogEvents.Restored, LogLevel.Warning, "Group {Group} got its offsets back ({How}): {Reason}")]
        public static partial void Restored(ILogger logger, string group, string how, string reason);

        [LoggerMessage(LogEvents.TombstoneFailed, LogLevel.Warning, "The tombstone of group {Group} ran into a failure; it is kept, and looked at again")]
        public static partial void Failed(ILogger logger, Exception exception, string group);
    }
}
