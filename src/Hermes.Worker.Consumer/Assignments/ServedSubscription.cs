using System.Threading.Channels;
using Confluent.Kafka;
using Hermes.Delivery;
using Hermes.Intake;
using Hermes.Shared.Hosting;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Worker.Consumer.Counters;
using Hermes.Worker.Consumer.Intake;
using Hermes.Worker.Consumer.Rates;
using Hermes.Worker.Consumer.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Assignments;

/// <summary>Brings one subscription from what is to what the registry asks for: starts it, changes it, stops it, and starts
/// it again after a failure. A loop of its own, so that a slow stop holds up no other.</summary>
internal sealed partial class ServedSubscription(
    SubscriptionName name, IntakePool pool, LiveRuns live, TallyBook tallies, AgreedRates rates, DeliveryEngine engine, KafkaClients kafka, KafkaNames names, RegistryWriter registry,
    ConsumerOptions options, ConsumerMetrics metrics, ILogger logger, TimeProvider clock, Action<ServedSubscription> atRest)
{
    private static readonly TimeSpan FirstRestartPause = TimeSpan.FromMilliseconds(500);
    private readonly Channel<Wish> _wishes = Channel.CreateUnbounded<Wish>(new() { SingleReader = true });
    private ServingRun? _run;
    private Wish _wish;
    private Task<bool>? _waiting;
    private int _failures;
    private int _asked;
    private int _restsSince = -1;

    /// <summary>What is asked for; nothing where either part is missing, or the subscription is not to be served.</summary>
    private readonly record struct Wish(RegisteredSubscription? Subscription, RegisteredTopic? Topic, int Number)
    {
        public bool IsToServe => Subscription is { Document.IsServed: true } && Topic is not null;
    }

    /// <summary>Of which subscription.</summary>
    public SubscriptionName Name => name;

    /// <summary>Whether nothing is served, and nothing more was asked for. It stays so until <see cref="Ask"/>.</summary>
    public bool IsAtRest => Volatile.Read(ref _restsSince) == Volatile.Read(ref _asked);

    /// <summary>Tells what is asked for now; nothing, where it is not to be served here. By one caller at a time.</summary>
    public void Ask(RegisteredSubscription? subscription, RegisteredTopic? topic)
    {
        Interlocked.Increment(ref _asked);
        _wishes.Writer.TryWrite(new(subscription, topic, _asked));
    }

    /// <summary>Ends the loop once what was asked is done; it stops the subscription as its last deed.</summary>
    public void Complete() => _wishes.Writer.TryComplete();

    /// <summary>Runs until <see cref="Complete"/>.</summary>
    /// <param name="letGo">Ends the wait for what is on the wire, at any stop.</param>
    public async Task RunAsync(CancellationToken letGo)
    {
        while (await NextAsync())
        {
            try
            {
                await ReconcileAsync(letGo);
            }
            catch (Exception e) // whatever it was, this subscription is tried again, and the others go on (invariant I7)
            {
                _failures++;
                Log.StartFailed(logger, e, name, RestartPause);
            }
        }
        if (_run is not null)
            await StopAsync(letGo);
    }

    private TimeSpan RestartPause => RetryPause.After(_failures, FirstRestartPause, options.LongestRestartPause);

    /// <summary>Waits for the next reason to act: a wish, a broken intake, or the end of a pause after a failure.</summary>
    private async Task<bool> NextAsync()
    {
        // Kept over a turn that something else ended: the channel has one reader, and that one waits once.
        var wished = _waiting ??= _wishes.Reader.WaitToReadAsync().AsTask();
        if (_failures > 0)
        {
            // Jitter: a fleet that failed together does not come back in step.
#pragma warning disable CA5394 // jitter is no secret
            var pause = RestartPause * (0.5 + (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
            using var awake = new CancellationTokenSource();
            if (await Task.WhenAny(wished, Task.Delay(pause, clock, awake.Token)) != wished)
                return true;
            await awake.CancelAsync();
        }
        else if (_run is not null && await Task.WhenAny(wished, _run.Failed) != wished)
        {
            return true;
        }
        _waiting = null;
        if (!await wished)
            return false;
        while (_wishes.Reader.TryRead(out var wish))
            _wish = wish;
        return true;
    }

    private async Task ReconcileAsync(CancellationToken letGo)
    {
        if (_run is { Failed.IsCompleted: true } broken)
        {
            var cause = await broken.Failed;
            await StopAsync(letGo);
            throw cause;
        }
        if (_wish is not { IsToServe: true, Subscription: { } subscription, Topic: { } topic })
        {
            if (_wish.Subscription is { Document.IsServed: true })
                Log.NoTopic(logger, name);
            await StopAsync(letGo);
            _failures = 0;
            if (_wish.Subscription is null)
                Rest();
            return;
        }
        if (Support.Check(subscription.Document, topic.Document) is { } reason)
        {
            metrics.Unsupported(name.ToString());
            Log.NotSupported(logger, name, reason);
            await StopAsync(letGo);
            _failures = 0;
            return;
        }
        var spec = SpecOf(subscription, topic);
        if (_run is not null && (_run.Subscription.Identity != subscription.Identity || _run.Subscription.Document.IsBatch != subscription.Document.IsBatch
            || !_run.Spec.Topics.SequenceEqual(spec.Topics)))
            await StopAsync(letGo);
        if (_run is not null)
        {
            _run.Update(subscription, topic);
            live.Tell();
        }
        else
        {
            _run = await ServingRun.StartAsync(pool, engine, tallies, subscription, topic, spec, await rates.FirstShareOfAsync(subscription), clock);
            live.Add(_run);
            metrics.Serving(+1);
            Log.Serving(logger, name, spec.Client.GroupId);
        }
        _failures = 0;
        await ActivateAsync(subscription, letGo);
    }

    private void Rest()
    {
        Volatile.Write(ref _restsSince, _wish.Number);
        atRest(this);
    }

    /// <summary>A pending subscription becomes active with its first service. If that fails, the next change or worker does it.</summary>
    private async Task ActivateAsync(RegisteredSubscription subscription, CancellationToken cancellationToken)
    {
        if ((subscription.Document.State ?? SubscriptionState.Pending) != SubscriptionState.Pending)
            return;
        try
        {
            await registry.ActivatePendingAsync(name, subscription.Identity, cancellationToken);
        }
        catch (Exception e) when (e is RegistryException or IOException or ZooKeeper.ZooKeeperException or OperationCanceledException)
        {
            Log.ActivationFailed(logger, e, name);
        }
    }

    private async Task StopAsync(CancellationToken letGo)
    {
        if (_run is not { } run)
            return;
        _run = null;
        live.Remove(run);
        Log.Stopping(logger, name);
        using var budget = CancellationTokenSource.CreateLinkedTokenSource(letGo);
        using var timeout = new CancellationTokenSource(options.DrainBudget, clock);
        await using var _ = timeout.Token.UnsafeRegister(static b => ((CancellationTokenSource)b!).Cancel(), budget);
        await run.StopAsync(budget.Token);
        if (budget.IsCancellationRequested)
            Log.DrainBudgetSpent(logger, name, options.DrainBudget);
        metrics.Serving(-1);
        Log.Stopped(logger, name);
    }

    private IntakeSpec SpecOf(RegisteredSubscription subscription, RegisteredTopic topic)
    {
        var topics = names.Topics(name.Topic, topic.Document.ContentType == ContentTypes.Avro, topic.Document.MigratedFromJsonType ?? false);
        var client = kafka.Consumer(names.ConsumerGroup(name));
        client.SessionTimeoutMs = (int)options.GroupSessionTimeout.TotalMilliseconds;
        client.HeartbeatIntervalMs = Math.Clamp(client.SessionTimeoutMs.Value / 4, 100, 3000);
        client.ClientId = $"{Environment.MachineName}_{client.GroupId}";
        if (!string.IsNullOrEmpty(options.InstanceId))
            client.GroupInstanceId = options.InstanceId;
        return new(name.ToString(), topics, subscription.CreatedAt, client);
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Serving, LogLevel.Information, "Serves {Subscription} (consumer group {Group})")]
        public static partial void Serving(ILogger logger, SubscriptionName subscription, string group);

        [LoggerMessage(LogEvents.Stopping, LogLevel.Information, "Stops {Subscription}: takes no more, and finishes what is on the wire")]
        public static partial void Stopping(ILogger logger, SubscriptionName subscription);

        [LoggerMessage(LogEvents.Stopped, LogLevel.Information, "Stopped {Subscription}")]
        public static partial void Stopped(ILogger logger, SubscriptionName subscription);

        [LoggerMessage(LogEvents.StartFailed, LogLevel.Error, "{Subscription} cannot be served now; tried again in about {Pause}")]
        public static partial void StartFailed(ILogger logger, Exception exception, SubscriptionName subscription, TimeSpan pause);

        [LoggerMessage(LogEvents.NotSupported, LogLevel.Warning, "{Subscription} is not served: {Reason}")]
        public static partial void NotSupported(ILogger logger, SubscriptionName subscription, string reason);

        [LoggerMessage(LogEvents.NoTopic, LogLevel.Warning, "{Subscription} is not served: its topic cannot be read")]
        public static partial void NoTopic(ILogger logger, SubscriptionName subscription);

        [LoggerMessage(LogEvents.ActivationFailed, LogLevel.Warning, "{Subscription} is served, but could not be marked ACTIVE")]
        public static partial void ActivationFailed(ILogger logger, Exception exception, SubscriptionName subscription);

        [LoggerMessage(LogEvents.DrainBudgetSpent, LogLevel.Warning, "Gave up the drain of {Subscription} after {Budget}; what was on the wire is delivered again")]
        public static partial void DrainBudgetSpent(ILogger logger, SubscriptionName subscription, TimeSpan budget);
    }
}
