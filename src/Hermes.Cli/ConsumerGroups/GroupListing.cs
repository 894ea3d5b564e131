using System.Text.Json.Nodes;
using Confluent.Kafka;
using Hermes.Cli.Connections;
using Hermes.Cli.Documents;
using Hermes.Cli.Output;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.ConsumerGroups;

/// <summary>What is known of consumer groups: by Kafka, by the registry, and by the janitor.</summary>
internal sealed class GroupListing
{
    private readonly Installation _hermes;
    private readonly Dictionary<string, SubscriptionName> _owners = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _plans = new(StringComparer.Ordinal);
    private readonly List<string> _prefixes = [];
    private GroupPolicy? _policy;

    private GroupListing(Installation hermes) => _hermes = hermes;

    /// <summary>The columns of a table.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["group", "subscription", "owner", "state", "members", "lag", "moved", "verdict"];

    /// <summary>Reads what all groups are judged by.</summary>
    public static async Task<GroupListing> ReadAsync(Installation hermes, CancellationToken cancellationToken)
    {
        var listing = new GroupListing(hermes) { _policy = await hermes.GroupRecords.FindPolicyAsync(cancellationToken) };
        foreach (var group in await hermes.Reader.GroupsAsync(cancellationToken))
        {
            foreach (var topic in await hermes.Reader.TopicsAsync(group, cancellationToken))
            {
                listing._prefixes.Add(hermes.Names.GroupPrefix(topic));
                foreach (var subscription in await hermes.Reader.SubscriptionsAsync(topic, cancellationToken))
                    listing._owners[hermes.Names.ConsumerGroup(subscription)] = subscription;
            }
        }
        foreach (var task in (await hermes.ZooKeeper.TryGetChildrenAsync(hermes.JanitorPaths.Tasks, cancellationToken))?.Names ?? [])
        {
            if (SubscriptionName.TryParse(task, out var subscription))
                listing._tasks.Add(hermes.Names.ConsumerGroup(subscription));
        }
        if (await hermes.GroupRecords.PlansAsync(cancellationToken) is [.., var id] && await hermes.GroupRecords.FindPlanAsync(id, cancellationToken) is { } plan)
        {
            foreach (var planned in plan.Groups)
                listing._plans[planned.Key] = id;
        }
        return listing;
    }

    /// <summary>The groups of subscriptions, those that are named as such, and those that were deleted and can be restored; sorted.</summary>
    public async Task<IReadOnlyList<string>> GroupsAsync(CancellationToken cancellationToken)
    {
        var present = (await _hermes.WithKafkaAsync(kafka => kafka.GroupsAsync())).Select(g => g.Id).Where(id => _prefixes.Exists(p => id.StartsWith(p, StringComparison.Ordinal)));
        var deleted = new List<string>();
        foreach (var key in await _hermes.GroupRecords.ListAsync(cancellationToken))
        {
            if (await _hermes.GroupRecords.FindAsync(key, cancellationToken) is { Tombstone: { IsDeleted: true, Topic: null } })
                deleted.Add(key);
        }
        return [.. _owners.Keys.Concat(present).Concat(deleted).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>A group in one line.</summary>
    public async Task<JsonObject> RowAsync(string group, CancellationToken cancellationToken)
    {
        var (found, offsets, lag) = await _hermes.WithKafkaAsync(kafka => LookAsync(kafka, group));
        var tombstone = (await _hermes.GroupRecords.FindAsync(group, cancellationToken))?.Tombstone;
        var seen = await _hermes.GroupRecords.FindObservationAsync(group, cancellationToken);
        var name = _owners.GetValueOrDefault(group) ?? _hermes.Names.SubscriptionOf(group, offsets.Select(o => o.Topic)) ?? (SubscriptionName.TryParse(tombstone?.Subscription, out var former) ? former : null);
        var isDeleted = found is null && tombstone is { IsDeleted: true, RestoredAt: null };
        var verdict = new GroupVerdict
        {
            HasSubscription = _owners.ContainsKey(group),
            HasMembers = found is { Members: > 0 },
            HasTask = _tasks.Contains(group),
            HasJob = name is not null && await _hermes.ZooKeeper.FindAsync(_hermes.JobPaths.Active(name), cancellationToken) is not null,
            IsDeleted = isDeleted,
            Plan = _plans.GetValueOrDefault(group),
            Seen = seen,
        };
        return new()
        {
            ["group"] = group,
            ["subscription"] = name?.ToString(),
            ["owner"] = _owners.TryGetValue(group, out var owned) ? await OwnerAsync(owned, cancellationToken) : null,
            ["state"] = found?.State.ToString() ?? "absent",
            ["members"] = found?.Members ?? 0,
            ["lag"] = lag,
            ["moved"] = seen is null ? null : Printer.Moment(seen.FirstSeen),
            ["verdict"] = verdict.Say(group, _policy),
            ["deleted"] = isDeleted ? Printer.Moment(tombstone!.At) : null,
        };
    }

    /// <summary>The tombstones of a group: as a whole, and of offsets that it has left behind.</summary>
    public async Task<JsonArray> TombstonesAsync(string group, CancellationToken cancellationToken)
    {
        var found = new JsonArray();
        foreach (var key in (await _hermes.GroupRecords.ListAsync(cancellationToken)).Where(k => GroupKey.Parse(k).Group == group).Order(StringComparer.Ordinal))
        {
            if (await _hermes.GroupRecords.FindAsync(key, cancellationToken) is var (tombstone, _))
                found.Add(Typed.Write(tombstone, JanitorJson.Instance.Tombstone));
        }
        return found;
    }

    private static async Task<((ConsumerGroupState State, int Members)? Found, IReadOnlyList<TopicPartitionOffset> Offsets, long Lag)> LookAsync(Shared.Kafka.KafkaAdministration kafka, string group)
    {
        var found = await kafka.FindGroupAsync(group);
        var offsets = found is null ? [] : await kafka.CommittedAsync(group);
        var ends = offsets.Count == 0 ? [] : await kafka.EndsAsync([.. offsets.Select(o => o.TopicPartition)]);
        return (found, offsets, ends.Sum(e => e.Offset.Value) - offsets.Sum(o => o.Offset.Value));
    }

    private async Task<string?> OwnerAsync(SubscriptionName subscription, CancellationToken cancellationToken)
    {
        try
        {
            return (await _hermes.Reader.SubscriptionAsync(subscription, cancellationToken)).Document.Owner is { } owner ? $"{owner.Source}:{owner.Id}" : null;
        }
        catch (RegistryException)
        {
            return null; // it was deleted just now, or cannot be read
        }
    }
}
