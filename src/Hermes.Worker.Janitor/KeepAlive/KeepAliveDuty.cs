using System.Globalization;
using Confluent.Kafka;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.KeepAlive;

/// <summary>Keeps the offsets of subscriptions whose consumers rest: a broker forgets those of a group without members after
/// <c>offsets.retention.minutes</c>, and counts from the last commit. So they are committed again as they are, in time.</summary>
internal sealed partial class KeepAliveDuty(
    IZooKeeper zooKeeper, HermesPaths hermes, IGroupAdministration kafka, IOffsetRenewal renewal, KafkaNames names, JanitorOptions options, JanitorMetrics metrics, ILogger<KeepAliveDuty> logger, TimeProvider clock)
{
    // So many times before the broker forgets: a run or two may fail.
    private const int Reserve = 4;
    private readonly Dictionary<string, long> _renewed = new(StringComparer.Ordinal);

    /// <summary>Looks at all subscriptions once.</summary>
    public async Task RunAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        var empty = (await kafka.GroupsAsync()).Where(g => g.State is ConsumerGroupState.Empty).Select(g => g.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var busy in _renewed.Keys.Where(g => !empty.Contains(g)).ToList())
            _renewed.Remove(busy);
        var interval = await IntervalAsync();
        foreach (var subscription in await SubscriptionsAsync(cancellationToken))
        {
            var group = names.ConsumerGroup(subscription);
            if (!empty.Contains(group) || (_renewed.TryGetValue(group, out var last) && clock.GetElapsedTime(last) < interval))
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await renewal.RenewAsync(group))
                    metrics.KeptAlive();
                _renewed[group] = clock.GetTimestamp();
            }
            catch (KafkaException e) // the others go on
            {
                Log.Failed(logger, e, group);
            }
        }
    }

    /// <summary>By their names alone: a document that cannot be read, or a part that is missing, is no reason to let others' offsets go.</summary>
    private async Task<List<SubscriptionName>> SubscriptionsAsync(CancellationToken cancellationToken)
    {
        var found = new List<SubscriptionName>();
        foreach (var group in await ChildrenAsync(hermes.Groups, cancellationToken))
        {
            foreach (var name in await ChildrenAsync(hermes.Topics(group), cancellationToken))
            {
                var topic = new TopicName(group, name);
                found.AddRange((await ChildrenAsync(hermes.Subscriptions(topic), cancellationToken)).Select(s => new SubscriptionName(topic, s)));
            }
        }
        return found;
    }

    private async Task<IReadOnlyList<string>> ChildrenAsync(string path, CancellationToken cancellationToken) =>
        (await zooKeeper.TryGetChildrenAsync(path, cancellationToken))?.Names ?? [];

    private async Task<TimeSpan> IntervalAsync()
    {
        var setting = await kafka.BrokerSettingAsync("offsets.retention.minutes");
        return double.TryParse(setting, NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes) && TimeSpan.FromMinutes(minutes / Reserve) is var due && due < options.KeepAliveInterval
            ? due
            : options.KeepAliveInterval;
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.KeepAliveFailed, LogLevel.Warning, "The offsets of group {Group} could not be kept alive; tried again at the next look")]
        public static partial void Failed(ILogger logger, Exception exception, string group);
    }
}
