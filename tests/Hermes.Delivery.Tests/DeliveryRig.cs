using System.Diagnostics.Metrics;
using System.Text;
using Hermes.Delivery.DeadLetters;
using Hermes.Delivery.Endpoints;
using Hermes.Delivery.Filtering;
using Hermes.Delivery.Networks;
using Hermes.Delivery.OAuth;
using Hermes.Delivery.Retries;
using Hermes.Delivery.Sending;
using Hermes.Shared.Registry;
using Hermes.Testing.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Hermes.Delivery.Tests;

/// <summary>A whole delivery against a real endpoint; the clock is the system's unless a test brings its own.</summary>
internal sealed class DeliveryRig : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private int _roomNotices;

    private DeliveryRig(HttpEndpoint endpoint, TimeProvider clock, DeliveryOptions options, INameResolver names, IOAuthProviders? providers, ILetterBox? letters)
    {
        Endpoint = endpoint;
        var loggers = LoggerFactory.Create(logging => logging.AddProvider(new FakeLoggerProvider(Log)));
        Engine = new DeliveryEngine(options, _services.GetRequiredService<IMeterFactory>(), loggers, clock, providers, names) { Letters = letters };
    }

    public HttpEndpoint Endpoint { get; }

    public DeliveryEngine Engine { get; }

    public RecordedSettlements Settlements { get; } = new();

    public FakeLogCollector Log { get; } = new();

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    /// <summary>How often the intake was told that there is room.</summary>
    public int RoomNotices => Volatile.Read(ref _roomNotices);

    public static async Task<DeliveryRig> StartAsync(
        TimeProvider? clock = null, DeliveryOptions? options = null, INameResolver? names = null, bool allowLoopback = true,
        IOAuthProviders? providers = null, ILetterBox? letters = null) =>
        new(await HttpEndpoint.StartAsync(), clock ?? TimeProvider.System, (options ?? new()) with { AllowLoopback = allowLoopback }, names ?? new SystemNames(), providers, letters);

    public void NoticeRoom() => Interlocked.Increment(ref _roomNotices);

    public SubscriptionDelivery Open(DeliveryPlan plan) => (SubscriptionDelivery)OpenAny(plan);

    public ISubscriptionDelivery OpenAny(DeliveryPlan plan) => Engine.Open(plan, Settlements, NoticeRoom);

    /// <summary>A plan for this endpoint: Hermes's defaults with what a test changes.</summary>
    public DeliveryPlan Plan(
        string path = "",
        string? address = null,
        KeyValuePair<string, string>[]? headers = null,
        FilterSet? filters = null,
        BackoffPolicy? backoff = null,
        TimeSpan? timeout = null,
        TimeSpan? sendingDelay = null,
        double rate = 100_000,
        int window = 100,
        HttpProtocol protocol = HttpProtocol.Http1,
        OAuthGrant? oauth = null,
        IReadOnlyList<string>? signing = null,
        BroadcastList? broadcast = null,
        TimeSpan? slowFrom = null,
        bool retryClientErrors = false,
        DeliveryOrder order = DeliveryOrder.Unordered)
    {
        Assert.True(EndpointAddress.TryParse(address ?? Endpoint.Address + path, templated: true, out var parsed, out var fault), fault);
        return new DeliveryPlan
        {
            Name = "bench.rec$plain",
            Topic = "bench.rec",
            Endpoint = parsed!,
            FixedHeaders = [.. parsed!.Authorization is { } basic ? [new("Authorization", basic)] : Array.Empty<KeyValuePair<string, string>>(), .. headers ?? []],
            Filters = filters ?? FilterSet.Empty,
            Backoff = backoff ?? Backoff(firstMs: 20),
            AttemptTimeout = timeout ?? TimeSpan.FromSeconds(10),
            SendingDelay = sendingDelay ?? TimeSpan.Zero,
            Rate = rate,
            Window = window,
            Protocol = protocol,
            OAuth = parsed!.Authorization is null ? oauth : null,
            RetryUnauthorized = oauth is not null,
            Signing = signing,
            Broadcast = broadcast,
            SlowFrom = slowFrom,
            RetryClientErrors = retryClientErrors,
            Order = order,
        };
    }

    public static BackoffPolicy Backoff(int firstMs, double multiplier = 1, int longestSeconds = 600, int ttlSeconds = 3600) =>
        new(TimeSpan.FromMilliseconds(firstMs), multiplier, TimeSpan.FromSeconds(longestSeconds), TimeSpan.FromSeconds(ttlSeconds));

    public static Message Message(
        int number, string? body = null, int partition = 0, int epoch = 0, long publishedMs = 0, byte[]? key = null, params KeyValuePair<string, string>[] metadata) => new()
        {
            Id = $"id-{number}",
            KafkaTopic = "bench.rec",
            Partition = partition,
            Offset = number,
            Epoch = epoch,
            PublishedMs = publishedMs,
            Key = key,
            Body = Encoding.UTF8.GetBytes(body ?? $$"""{"id":{{number}}}"""),
            ExternalMetadata = metadata,
        };

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Endpoint.DisposeAsync();
        await _services.DisposeAsync();
    }
}
