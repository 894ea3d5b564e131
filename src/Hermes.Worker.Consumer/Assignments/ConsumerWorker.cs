using System.Threading.Channels;
using Hermes.Delivery;
using Hermes.Shared.Health;
using Hermes.Shared.Hosting;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Worker.Consumer.Counters;
using Hermes.Worker.Consumer.Intake;
using Hermes.Worker.Consumer.Rates;
using Hermes.Worker.Consumer.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Assignments;

/// <summary>Serves what is assigned to this worker, as the registry describes it, and follows the changes of both at once.</summary>
internal sealed partial class ConsumerWorker(
    RegistryView registry, AssignmentView assignments, RegistryWriter writer, DeliveryEngine engine, IntakePool pool, LiveRuns live, TallyBook tallies, AgreedRates rates, KafkaClients kafka, KafkaNames names,
    ConsumerOptions options, ConsumerMetrics metrics, ILoggerFactory loggers, TimeProvider clock, Heartbeats heartbeats) : BackgroundService
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);
    private readonly Dictionary<SubscriptionName, (ServedSubscription Served, Task Running)> _served = [];
    private readonly Channel<Action> _turns = Channel.CreateUnbounded<Action>(new() { SingleReader = true });
    private readonly ILogger _logger = loggers.CreateLogger<ServedSubscription>();
    private IReadOnlySet<long> _assigned = new HashSet<long>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Two signals: stoppingToken says "take no more"; this one, a budget later, "let go".
        using var letGo = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var heartbeat = heartbeats.Register("assignments", LongestSilence);
        using var nudge = new Nudge();
        var changes = registry.Subscribe();
        assignments.Listen(nudge);
        var following = Task.WhenAll(FollowRegistryAsync(changes, letGo.Token, stoppingToken), FollowAssignmentsAsync(nudge, letGo.Token, stoppingToken));
        try
        {
            heartbeat.Rest();
            await foreach (var turn in _turns.Reader.ReadAllAsync(stoppingToken))
            {
                heartbeat.Beat();
                turn();
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
            assignments.Unlisten(nudge);
            foreach (var (served, _) in _served.Values)
                served.Complete();
            await Task.WhenAll([following, .. _served.Values.Select(s => s.Running)]);
        }
    }

    private async Task FollowRegistryAsync(ChannelReader<RegistryChange> changes, CancellationToken letGo, CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var change in changes.ReadAllAsync(stoppingToken))
                _turns.Writer.TryWrite(() => Follow(change, letGo));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task FollowAssignmentsAsync(Nudge nudge, CancellationToken letGo, CancellationToken stoppingToken)
    {
        try
        {
            while (await nudge.WaitAsync(Timeout.InfiniteTimeSpan, stoppingToken))
                _turns.Writer.TryWrite(() => FollowAssignments(letGo));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private void Follow(RegistryChange change, CancellationToken letGo)
    {
        switch (change)
        {
            case RegistryChange.SubscriptionCreated { Subscription.Name: var name }:
                Ask(name, letGo);
                break;
            case RegistryChange.SubscriptionChanged { Subscription.Name: var name }:
                Ask(name, letGo);
                break;
            case RegistryChange.SubscriptionRemoved { Subscription.Name: var name }:
                Ask(name, letGo);
                break;
            case RegistryChange.TopicChanged { Topic.Name: var topic }:
                AskAll(s => s.Name.Topic == topic, letGo);
                break;
            case RegistryChange.TopicRemoved { Topic.Name: var topic }:
                AskAll(s => s.Name.Topic == topic, letGo);
                break;
        }
    }

    private void FollowAssignments(CancellationToken letGo)
    {
        var (before, now) = (_assigned, assignments.Own);
        _assigned = now;
        if (before.SetEquals(now))
            return;
        AskAll(s => before.Contains(s.Identity) != now.Contains(s.Identity), letGo);
        var unknown = now.Except(registry.Subscriptions.Select(s => s.Identity)).ToList();
        if (unknown.Count > 0 && registry.IsCurrent)
            Log.UnknownIds(_logger, unknown.Count, unknown[0]); // each is asked for once its subscription is known here
    }

    private void AskAll(Func<RegisteredSubscription, bool> which, CancellationToken letGo)
    {
        foreach (var subscription in registry.Subscriptions.Where(which))
            Ask(subscription.Name, letGo);
    }

    /// <summary>Asks for what a subscription is by now, which may be more than the change that led here.</summary>
    private void Ask(SubscriptionName name, CancellationToken letGo)
    {
        var subscription = registry.FindSubscription(name) is { Document.IsServed: true } found && assignments.Assigns(found.Identity) ? found : null;
        if (!_served.TryGetValue(name, out var entry))
        {
            if (subscription is null)
                return;
            var served = new ServedSubscription(
                name, pool, live, tallies, rates, engine, kafka, names, writer, options, metrics, _logger, clock, s => _turns.Writer.TryWrite(() => Forget(s)));
            _served[name] = entry = (served, served.RunAsync(letGo));
        }
        entry.Served.Ask(subscription, registry.FindTopic(name.Topic));
    }

    /// <summary>Ends the loop of a subscription that is not served here any more, unless it was asked for again meanwhile.</summary>
    private void Forget(ServedSubscription served)
    {
        if (!served.IsAtRest || !_served.TryGetValue(served.Name, out var entry) || entry.Served != served)
            return;
        served.Complete();
        _served.Remove(served.Name);
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.WorkUnknown, LogLevel.Information,
            "{Count} of the assigned subscriptions are not known here yet, e.g. the one of id {Id}; each is served once it is")]
        public static partial void UnknownIds(ILogger logger, int count, long id);
    }
}
