using System.Threading.Channels;
using Hermes.Delivery;
using Hermes.Shared.Health;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Worker.Consumer.Intake;
using Hermes.Worker.Consumer.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Assignments;

/// <summary>Serves what the registry says is to be served, and follows its changes at once.</summary>
internal sealed class ConsumerWorker(
    RegistryView registry, RegistryWriter writer, DeliveryEngine engine, IntakePool pool, LiveRuns live, KafkaClients kafka, KafkaNames names,
    ConsumerOptions options, ConsumerMetrics metrics, ILoggerFactory loggers, TimeProvider clock, Heartbeats heartbeats) : BackgroundService
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);
    private readonly Dictionary<SubscriptionName, (ServedSubscription Served, Task Running)> _served = [];
    private readonly ILogger _logger = loggers.CreateLogger<ServedSubscription>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Two signals: stoppingToken says "take no more"; this one, a budget later, "let go".
        using var letGo = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var heartbeat = heartbeats.Register("assignments", LongestSilence);
        var changes = registry.Subscribe();
        try
        {
            heartbeat.Rest();
            await foreach (var change in changes.ReadAllAsync(stoppingToken))
            {
                heartbeat.Beat();
                Follow(change, letGo.Token);
                heartbeat.Rest();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            letGo.CancelAfter(options.DrainBudget);
            registry.Unsubscribe(changes);
            foreach (var (served, _) in _served.Values)
                served.Complete();
            await Task.WhenAll(_served.Values.Select(s => s.Running));
        }
    }

    private void Follow(RegistryChange change, CancellationToken letGo)
    {
        switch (change)
        {
            case RegistryChange.SubscriptionCreated { Subscription: var created }:
                Ask(created.Name, created, letGo);
                break;
            case RegistryChange.SubscriptionChanged { Subscription: var changed }:
                Ask(changed.Name, changed, letGo);
                break;
            case RegistryChange.SubscriptionRemoved { Subscription: var removed }:
                Ask(removed.Name, null, letGo);
                break;
            case RegistryChange.TopicChanged { Topic: var topic }:
                AskAll(topic.Name, letGo);
                break;
            case RegistryChange.TopicRemoved { Topic: var topic }:
                AskAll(topic.Name, letGo);
                break;
        }
    }

    private void AskAll(TopicName topic, CancellationToken letGo)
    {
        foreach (var subscription in registry.Subscriptions.Where(s => s.Name.Topic == topic))
            Ask(subscription.Name, subscription, letGo);
    }

    private void Ask(SubscriptionName name, RegisteredSubscription? subscription, CancellationToken letGo)
    {
        if (!_served.TryGetValue(name, out var entry))
        {
            if (subscription is null)
                return;
            var served = new ServedSubscription(name, pool, live, engine, kafka, names, writer, options, metrics, _logger, clock);
            _served[name] = entry = (served, served.RunAsync(letGo));
        }
        entry.Served.Ask(subscription, registry.FindTopic(name.Topic));
    }
}
