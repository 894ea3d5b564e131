using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Hermes.Delivery.Batches;
using Hermes.Delivery.DeadLetters;
using Hermes.Delivery.Filtering;
using Hermes.Delivery.Memory;
using Hermes.Delivery.Networks;
using Hermes.Delivery.OAuth;
using Hermes.Delivery.Retries;
using Hermes.Delivery.Sending;
using Hermes.Delivery.Signing;
using Hermes.Delivery.Telemetry;
using Hermes.Delivery.Tls;
using Hermes.Shared.Registry;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery;

/// <summary>What all subscriptions of a process share: one HTTP client, one timer, one set of metrics.</summary>
public sealed class DeliveryEngine : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ISubscriptionDelivery, byte> _open = new();
    private readonly ConcurrentDictionary<DeadLetterDelivery, byte> _lettered = new();
    private readonly ILogger _logger;
    private readonly TlsFiles _tls;

    /// <summary>Starts nothing: connections and the timer come with the first message.</summary>
    /// <exception cref="IOException">A file of the TLS settings or a secret cannot be used; the message names it.</exception>
    public DeliveryEngine(DeliveryOptions options, IMeterFactory meters, ILoggerFactory loggers, TimeProvider clock)
        : this(options, meters, loggers, clock, providers: null, new SystemNames())
    {
    }

    /// <summary>The same, with the OAuth providers of subscriptions that want tokens.</summary>
    /// <exception cref="IOException">A file of the TLS settings or a secret cannot be used; the message names it.</exception>
    public DeliveryEngine(DeliveryOptions options, IMeterFactory meters, ILoggerFactory loggers, TimeProvider clock, IOAuthProviders? providers)
        : this(options, meters, loggers, clock, providers, new SystemNames())
    {
    }

    internal DeliveryEngine(
        DeliveryOptions options, IMeterFactory meters, ILoggerFactory loggers, TimeProvider clock, IOAuthProviders? providers, INameResolver names)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(loggers);
        ArgumentNullException.ThrowIfNull(clock);
        Options = options;
        Clock = clock;
        Timetable = new Timetable(clock);
        Bytes = new ByteBudget(options.BytesInProcess);
        var connections = new OpenConnections();
        Metrics = new DeliveryMetrics(meters, () => _open.Keys, () => _lettered.Keys, connections);
        Filters = new FilterGate(Metrics, loggers.CreateLogger<FilterGate>(), clock);
        _logger = loggers.CreateLogger<SubscriptionDelivery>();
        Connector = new Connector(names, new NetworkPolicy(options), options.ConnectTimeout, clock, Metrics.Refused, connections);
        _tls = new TlsFiles(options, loggers.CreateLogger<TlsFiles>(), clock);
        Sender = new HandlerSender(new Handlers(options, Connector, _tls));
        SigningKeys = new SigningKeys(options, loggers.CreateLogger<SigningKeys>(), clock);
        OAuthProviders = providers;
        Tokens = new TokenClient(new Handlers(options, Connector, _tls), Metrics, clock);
        TokenLogger = loggers.CreateLogger<SubscriptionToken>();
    }

    internal DeliveryOptions Options { get; }

    internal TimeProvider Clock { get; }

    internal Timetable Timetable { get; }

    /// <summary>Whether endpoints get the context of our own span in the place of the publisher's. Default false, as the contract has it.</summary>
    public bool PropagateTrace { get; init; }

    /// <summary>For how long something of the timetable should have been done by now; zero when all is in time.</summary>
    public TimeSpan Overdue => Timetable.Overdue;

    internal Connector Connector { get; }

    internal ISender Sender { get; }

    internal SigningKeys SigningKeys { get; }

    internal IOAuthProviders? OAuthProviders { get; }

    internal TokenClient Tokens { get; }

    internal ILogger TokenLogger { get; }

    /// <summary>The bytes of all messages that are held.</summary>
    internal ByteBudget Bytes { get; }

    /// <summary>Where dead letters are written; null: nowhere, and subscriptions that ask for it are not served.</summary>
    internal ILetterBox? Letters { get; init; }

    internal DeliveryMetrics Metrics { get; }

    internal FilterGate Filters { get; }

    /// <summary>Opens the delivery of one subscription. Nothing is sent before the first message is accepted.</summary>
    /// <param name="subscription">What to deliver, and how.</param>
    /// <param name="topic">Its topic.</param>
    /// <param name="settlements">Who hears how each message ended.</param>
    /// <param name="roomAgain">Called, from any thread, once there is room after <see cref="ISubscriptionDelivery.TryAccept"/> refused; quick, and never throws.</param>
    /// <exception cref="NotSupportedException">The subscription is not served; the message says why (<see cref="Support.Check"/>).</exception>
    public ISubscriptionDelivery Open(RegisteredSubscription subscription, RegisteredTopic topic, ISettlements settlements, Action roomAgain)
    {
        ArgumentNullException.ThrowIfNull(settlements);
        ArgumentNullException.ThrowIfNull(roomAgain);
        var plan = Compile(subscription, topic);
        if (Letters is null)
        {
            return plan.DeadLetter is null
                ? Open(plan, settlements, roomAgain)
                : throw new NotSupportedException($"{subscription.Name}: dead letters cannot be written here.");
        }

        var delivery = new DeadLetterDelivery(this, Letters, plan, settlements, roomAgain, _logger);
        _lettered[delivery] = 0;
        return delivery;
    }

    internal DeliveryPlan Compile(RegisteredSubscription subscription, RegisteredTopic topic)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(topic);
        return DeliveryPlanCompiler.TryCompile(subscription.Document, topic.Document, Options, out var reason)
            ?? throw new NotSupportedException($"{subscription.Name}: {reason}.");
    }

    internal ISubscriptionDelivery Open(DeliveryPlan plan, ISettlements settlements, Action roomAgain)
    {
        ISubscriptionDelivery delivery = plan.Batch is null
            ? new SubscriptionDelivery(this, plan, settlements, roomAgain, _logger)
            : new BatchDelivery(this, plan, settlements, roomAgain, _logger);
        _open[delivery] = 0;
        Metrics.Opened(plan);
        Bytes.Sharers(+1);
        return delivery;
    }

    internal void Closed(ISubscriptionDelivery delivery)
    {
        if (_open.TryRemove(delivery, out _)) Bytes.Sharers(-1);
        // Another of the same name may be open: a second replay, or the next of a subscription that was created anew.
        if (!_open.Keys.Any(one => one.Name == delivery.Name)) Metrics.Closed(delivery.Name);
    }

    internal void Closed(DeadLetterDelivery delivery) => _lettered.TryRemove(delivery, out _);

    /// <summary>Lets go of all deliveries that are still open, unsettled, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var delivery in _lettered.Keys) await delivery.DisposeAsync();
        foreach (var delivery in _open.Keys) await delivery.DisposeAsync();
        Timetable.Dispose();
        _tls.Dispose(); // before its handlers, which it would make anew
        Sender.Dispose();
        Tokens.Dispose();
        SigningKeys.Dispose();
    }
}
