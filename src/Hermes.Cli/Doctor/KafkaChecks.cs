using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Hermes.Cli.Connections;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Doctor;

/// <summary>The brokers: whether they answer, whether they are the right ones, and what groups and topics they have.</summary>
internal sealed class KafkaChecks(Installation hermes, Findings findings)
{
    private static readonly TimeSpan ShortRetention = TimeSpan.FromDays(2);

    /// <returns>Whether Kafka answers.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var cluster = await hermes.WithKafkaAsync(k => k.ClusterIdAsync());
            findings.Ok("Kafka", $"{hermes.BootstrapServers}: cluster {cluster}");
            await BrokersAsync(cancellationToken);
            if (await hermes.ZooKeeper.TryGetAsync(hermes.JanitorPaths.Cluster, cancellationToken) is { } known && Encoding.UTF8.GetString(known.Data.Span) is var expected && expected != cluster)
            {
                findings.Wrong("Kafka's cluster", $"It is '{cluster}', while the janitor knows '{expected}': it deletes nothing.",
                    $"Check Kafka:BootstrapServers. If the cluster was replaced by intent, delete {hermes.JanitorPaths.Cluster}.");
            }
            if (await hermes.WithKafkaAsync(k => k.BrokerSettingAsync("offsets.retention.minutes")) is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes))
            {
                if (TimeSpan.FromMinutes(minutes) < ShortRetention)
                    findings.Note("offsets' retention", $"Brokers forget the offsets of a group without members after {minutes} minutes.", "Run a janitor, which keeps them alive, or raise offsets.retention.minutes: a suspended subscription starts anew without its offsets.");
                else
                    findings.Ok("offsets' retention", $"{TimeSpan.FromMinutes(minutes).TotalDays:0.#} days");
            }
            return true;
        }
        catch (CommandFailedException e)
        {
            findings.Wrong("Kafka", e.Message, "Check Kafka:BootstrapServers and Kafka:Client (security.protocol, sasl.*), the brokers themselves, and the addresses that they advertise.");
            return false;
        }
    }

    /// <summary>Each broker by itself, at the address that it advertises.</summary>
    private async Task BrokersAsync(CancellationToken cancellationToken)
    {
        const string Check = "brokers";
        foreach (var broker in await hermes.WithKafkaAsync(k => k.BrokersAsync()))
        {
            try
            {
                switch (await hermes.WithKafkaAsync(k => k.ReleaseAsync(broker, cancellationToken)))
                {
                    case null:
                        findings.Ok(Check, $"{broker} (id {broker.Id}): its release is not asked for where connections are encrypted or authenticated");
                        break;
                    case BrokerRelease.Before24:
                        findings.Wrong(Check, $"{broker} (id {broker.Id}) is older than Kafka 2.4: it cannot forget offsets of a single topic.", "Bring the brokers to 2.4 or later, better 3.0: the janitor leaves the offsets of deleted topics behind before.");
                        break;
                    case BrokerRelease.From24:
                        findings.Ok(Check, $"{broker} (id {broker.Id}): Kafka 2.4 or later; before 3.0 it is asked about groups one by one");
                        break;
                    case BrokerRelease.From30:
                        findings.Ok(Check, $"{broker} (id {broker.Id}): Kafka 3.0 or later");
                        break;
                }
            }
            catch (IOException e)
            {
                findings.Wrong(Check, $"{broker} (id {broker.Id}) cannot be reached: {e.Message}", "It is an address that the brokers advertise (advertised.listeners): every worker must reach all of them.");
            }
        }
    }

    /// <summary>What the registry names against what the brokers have.</summary>
    public async Task CompareAsync(RegistryChecks registry, bool isWhole)
    {
        var missing = new List<TopicName>();
        foreach (var topic in registry.Topics)
        {
            var name = hermes.Names.PrimaryTopic(topic.Name, topic.Document.ContentType == ContentTypes.Avro);
            if ((await hermes.WithKafkaAsync(k => k.PartitionsAsync(name))).Count == 0)
                missing.Add(topic.Name);
        }
        findings.Each("Kafka topics", missing, FindingState.Wrong, t => $"Topic {t} has no Kafka topic", "Check Kafka:Namespace, Kafka:NamespaceSeparator and Kafka:TopicMapper; if they are right, create it with Kafka's tools or delete the topic.", "every topic has its own");

        var groups = (await hermes.WithKafkaAsync(k => k.GroupsAsync())).ToDictionary(g => g.Id, g => g.State, StringComparer.Ordinal);
        var unserved = registry.Subscriptions.Where(s => s.Document.State is SubscriptionState.Active && groups.GetValueOrDefault(hermes.Names.ConsumerGroup(s.Name)) is ConsumerGroupState.Empty or ConsumerGroupState.Unknown or ConsumerGroupState.Dead).ToList();
        findings.Each("served subscriptions", unserved, FindingState.Note, s => $"{s.Name} is ACTIVE, but its group has no members: no worker serves it", "Start a consumer; where some run, look into their logs for the subscription's name, and into /status/subscriptions.", "every active one has a worker");

        if (!isWhole)
        {
            findings.Note("groups without subscription", "not looked for: a part of the registry cannot be read");
            return;
        }
        var owned = registry.Subscriptions.Select(s => hermes.Names.ConsumerGroup(s.Name)).ToHashSet(StringComparer.Ordinal);
        var orphans = new List<(string Group, SubscriptionName Subscription)>();
        foreach (var (group, state) in groups)
        {
            if (state is ConsumerGroupState.Empty && !owned.Contains(group)
                && hermes.Names.SubscriptionOf(group, (await hermes.WithKafkaAsync(k => k.CommittedAsync(group))).Select(o => o.Topic)) is { } subscription)
                orphans.Add((group, subscription));
        }
        findings.Each("groups without subscription", orphans, FindingState.Note, o => $"{o.Group} belongs to {o.Subscription}, which is not there", "The janitor plans its deletion once it has been so for long enough ('hermes groups plan'); 'hermes groups delete' does it now.", "none");
    }
}
