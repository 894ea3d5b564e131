using Confluent.Kafka;
using Hermes.Faults.Accounts;
using Hermes.Shared.Naming;
using Hermes.Testing.Installations;

namespace Hermes.Faults.Loads;

/// <summary>Looks at what the groups have committed, again and again: it is never ahead of the deliveries, and those that rest stay.</summary>
internal sealed class OffsetWatch(HermesInstallation hermes, IReadOnlyDictionary<TopicName, Ledger> ledgers, Findings findings, TimeSpan interval)
{
    public const string Moved = "resting groups that moved";

    /// <summary>How many looks there were at a group.</summary>
    public int Looks { get; private set; }

    /// <summary>Watches until it is told to stop.</summary>
    /// <param name="moving">Subscriptions that are delivered.</param>
    /// <param name="resting">Groups that nobody may touch, with what they have committed.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(IReadOnlyList<Subscribed> moving, IReadOnlyDictionary<string, IReadOnlyList<TopicPartitionOffset>> resting, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var subscription in moving)
                {
                    foreach (var committed in await TryReadAsync(hermes.Names.ConsumerGroup(subscription.FullName)) ?? [])
                        ledgers[subscription.Topic].CheckCommitted(subscription.Name, committed.Partition.Value, committed.Offset.Value, hasLetters: subscription == Subscribed.Letters);
                }
                foreach (var (group, expected) in resting)
                {
                    if (await TryReadAsync(group) is { } committed && !Same(committed, expected))
                        findings.Add(Moved, $"{group}: {string.Join(", ", committed)} in place of {string.Join(", ", expected)}");
                }
            }
        }
        catch (OperationCanceledException) { } // enough
    }

    private static bool Same(IEnumerable<TopicPartitionOffset> one, IEnumerable<TopicPartitionOffset> other) =>
        one.ToHashSet().SetEquals(other);

    private async Task<IReadOnlyList<TopicPartitionOffset>?> TryReadAsync(string group)
    {
        try
        {
            var committed = await hermes.Administration.CommittedAsync(group);
            Looks++;
            return committed;
        }
        catch (KafkaException)
        {
            return null; // the broker is away
        }
    }
}
