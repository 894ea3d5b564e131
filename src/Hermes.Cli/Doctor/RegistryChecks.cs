using System.Globalization;
using System.Text.Json;
using Hermes.Cli.Connections;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Doctor;

/// <summary>The registry: nodes without data (T1), documents that cannot be read, the cluster's names (T3), constraints.</summary>
internal sealed class RegistryChecks(Installation hermes, Findings findings, TimeProvider clock)
{
    // A request of management is obeyed within a minute or not at all.
    private static readonly TimeSpan Obeyed = TimeSpan.FromMinutes(5);
    private readonly List<string> _empty = [];
    private readonly List<string> _unreadable = [];
    private readonly List<(string Path, string Cluster)> _foreign = [];
    private readonly List<string> _left = [];

    public List<RegisteredTopic> Topics { get; } = [];

    public List<RegisteredSubscription> Subscriptions { get; } = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var group in await ChildrenAsync(hermes.Paths.Groups, cancellationToken))
        {
            await DataAsync(hermes.Paths.Group(group), cancellationToken);
            foreach (var name in await ChildrenAsync(hermes.Paths.Topics(group), cancellationToken))
            {
                if (TopicName.TryParse($"{group}.{name}", out var topic))
                    await TopicAsync(topic, cancellationToken);
                else
                    _unreadable.Add($"{hermes.Paths.Topics(group)}/{name}: the name breaks the rule of names");
            }
        }
        findings.Each("nodes without data", _empty, FindingState.Wrong, p => $"{p} has no data",
            "Every Hermes consumer and frontend deletes such a node with all below it, as soon as it sees it. If it is wanted, write its document again at once; else delete it.", "none");
        findings.Each("documents", _unreadable, FindingState.Wrong, u => u, "It is ignored by the workers. Mend the document, or delete the node.", $"{Topics.Count} topics and {Subscriptions.Count} subscriptions, all of them readable");
        await ClusterNamesAsync(cancellationToken);
        findings.Each("offset nodes", _left, FindingState.Wrong, p => $"{p} is left over",
            "Nobody obeyed it: no consumer served the partition then. No worker of ours obeys an old one; a Hermes consumer does at its next retransmission. Delete it, and ask with 'hermes retransmit start'.", "none is left over");
        await ConstraintsAsync(cancellationToken);
    }

    private async Task TopicAsync(TopicName topic, CancellationToken cancellationToken)
    {
        if (await DataAsync(hermes.Paths.Topic(topic), cancellationToken))
        {
            try
            {
                Topics.Add(await hermes.Reader.TopicAsync(topic, cancellationToken));
            }
            catch (RegistryException e)
            {
                _unreadable.Add(e.Message);
            }
        }
        foreach (var name in await ChildrenAsync(hermes.Paths.Subscriptions(topic), cancellationToken))
        {
            if (!SubscriptionName.TryParse($"{topic}${name}", out var subscription))
                _unreadable.Add($"{hermes.Paths.Subscriptions(topic)}/{name}: the name breaks the rule of names");
            else if (await DataAsync(hermes.Paths.Subscription(subscription), cancellationToken))
                await SubscriptionAsync(subscription, cancellationToken);
        }
    }

    private async Task SubscriptionAsync(SubscriptionName subscription, CancellationToken cancellationToken)
    {
        try
        {
            Subscriptions.Add(await hermes.Reader.SubscriptionAsync(subscription, cancellationToken));
        }
        catch (RegistryException e)
        {
            _unreadable.Add(e.Message);
        }
        var folder = hermes.Paths.OrderedOffsets(subscription);
        foreach (var topic in await ChildrenAsync(folder, cancellationToken))
        {
            foreach (var cluster in await ChildrenAsync($"{folder}/{topic}/offset", cancellationToken))
            {
                var path = $"{folder}/{topic}/offset/{cluster}";
                var nodes = await ChildrenAsync(path, cancellationToken);
                if (cluster != hermes.ClusterName)
                {
                    if (nodes.Count > 0)
                        _foreign.Add((path, cluster));
                    continue;
                }
                foreach (var node in nodes)
                {
                    if (await hermes.ZooKeeper.FindAsync($"{path}/{node}", cancellationToken) is { } stat && clock.GetUtcNow() - stat.ModifiedAt > Obeyed)
                        _left.Add($"{path}/{node}");
                }
            }
        }
    }

    /// <returns>Whether there is something to read.</returns>
    private async Task<bool> DataAsync(string path, CancellationToken cancellationToken)
    {
        if (await hermes.ZooKeeper.FindAsync(path, cancellationToken) is not { } stat)
            return false;
        if (stat.DataLength == 0)
            _empty.Add(path);
        return stat.DataLength > 0;
    }

    private async Task ClusterNamesAsync(CancellationToken cancellationToken)
    {
        const string Advice = "In Hermes 2.10 to 2.13 management adds the datacenter to the name that consumers have ('primary' becomes 'primary-dc'). Kafka:ClusterName must be what management writes; Java consumers beside us need the same in consumer.kafka.clusters.";
        findings.Each("offset nodes of other clusters", _foreign, FindingState.Wrong,
            f => $"Management ordered offsets at {f.Path}, for a cluster named '{f.Cluster}', while Kafka:ClusterName is '{hermes.ClusterName}': nobody obeys.", Advice, "none");
        var root = hermes.Paths.Root.TrimEnd('/');
        foreach (var folder in new[] { "consumers-registry", "consumers-workload", "consumers-rate" })
        {
            var clusters = await ChildrenAsync($"{root}/{folder}", cancellationToken);
            if (clusters.Count > 0 && !clusters.Contains(hermes.ClusterName))
                findings.Wrong("cluster's name", $"{root}/{folder} knows {string.Join(", ", clusters.Select(c => $"'{c}'"))}, while Kafka:ClusterName is '{hermes.ClusterName}'.", Advice);
            else
                findings.Ok("cluster's name", clusters.Count == 0 ? $"{root}/{folder} names none" : $"{root}/{folder} knows '{hermes.ClusterName}'");
        }
    }

    private async Task ConstraintsAsync(CancellationToken cancellationToken)
    {
        var folder = $"{hermes.Paths.Root.TrimEnd('/')}/consumers-workload-constraints";
        var known = Topics.Select(t => t.Name.ToString()).Concat(Subscriptions.Select(s => s.Name.ToString())).ToHashSet(StringComparer.Ordinal);
        var wrong = new List<string>();
        var names = await ChildrenAsync(folder, cancellationToken);
        foreach (var name in names)
        {
            if (!known.Contains(name))
                wrong.Add($"{folder}/{name} is about what is not there");
            else if (await hermes.ZooKeeper.TryGetAsync($"{folder}/{name}", cancellationToken) is { } node && Fault(node.Data.Span) is { } fault)
                wrong.Add($"{folder}/{name}: {fault}");
        }
        findings.Each("constraints", wrong, FindingState.Wrong, w => w, "Write the constraint anew, or delete its node; it has no effect as it is.", names.Count == 0 ? "none is set: each subscription gets the default number of consumers" : $"{names.Count}, all of them sound");
    }

    private static string? Fault(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            using var json = JsonDocument.ParseValue(ref reader);
            return json.RootElement.TryGetProperty("consumersNumber", out var number) && number.TryGetInt32(out var count) && count >= 1
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"consumersNumber must be a whole number of 1 at least");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "it holds no JSON object";
        }
    }

    private async Task<IReadOnlyList<string>> ChildrenAsync(string path, CancellationToken cancellationToken) =>
        (await hermes.ZooKeeper.TryGetChildrenAsync(path, cancellationToken))?.Names ?? [];
}
