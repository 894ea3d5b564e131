using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing.Installations;

namespace Hermes.Faults.Loads;

/// <summary>One of the subscriptions that a run delivers to, each of a kind of its own.</summary>
/// <param name="Name">Its name, which is its path at the endpoints too.</param>
internal sealed record Subscribed(string Name)
{
    // Ten attempts, at 0, 0.2, 0.6, 1.4, 3, 5, 7, 9, 11 and 13 s: no single fault of the endpoints is as long.
    private const int MostAttempts = 10, FirstPauseMs = 200, LongestPauseSeconds = 2;

    private static readonly SubscriptionPolicy Serial = new() { Rate = 100_000, MessageBackoff = 50, RequestTimeout = 5000 };

    /// <summary>How long <see cref="Letters"/> tries at least before it gives a message up, but for what answers in between by chance.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(12);

    /// <summary>The longest pause between two of its attempts.</summary>
    public static TimeSpan LongestPause { get; } = TimeSpan.FromSeconds(LongestPauseSeconds);

    /// <summary>How long <see cref="Letters"/> may take over messages that its endpoint refuses, when nothing else is left to send: it is asked
    /// once a second then.</summary>
    public static TimeSpan LongestTrial(int refused) => TimeSpan.FromSeconds(refused * MostAttempts);

    /// <summary>The one that no job touches.</summary>
    public static Subscribed Canary { get; } = new("canary") { TakesJobs = false };

    /// <summary>The one that is suspended until the end.</summary>
    public static Subscribed Resting { get; } = new("resting") { TakesJobs = false };

    /// <summary>The one whose endpoint refuses some messages for good. A letter does not tell whether a replay gave its message up, so
    /// that jobs leave it alone.</summary>
    public static Subscribed Letters { get; } = new("letters")
    {
        TakesJobs = false,
        Policy = Serial with { MessageBackoff = FirstPauseMs, BackoffMultiplier = 2, BackoffMaxIntervalInSec = LongestPauseSeconds },
        Extensions = $$"""{"deadLetter":{},"maxAttempts":{{MostAttempts}}}""",
    };

    /// <summary>The one whose order by key is checked.</summary>
    public static Subscribed Keyed { get; } = new("keyed") { Extensions = """{"order":"key"}""" };

    /// <summary>All that are delivered from the start on.</summary>
    public static IReadOnlyList<Subscribed> Live { get; } =
    [
        new("billing"),
        new("audit") { Policy = Serial with { InflightSize = 5 } },
        new("ordered") { Extensions = """{"order":"partition"}""" },
        Canary,
        new("bundles") { DeliveryType = DeliveryTypes.Batch, Policy = new() { MessageTtl = 3600, MessageBackoff = 100, RequestTimeout = 5000, BatchSize = 8, BatchTime = 300 } },
        new("parcels") { Topic = AvroMessages.Topic },
        Keyed,
        Letters,
    ];

    /// <summary>Its topic.</summary>
    public TopicName Topic { get; init; } = HermesInstallation.Topic;

    /// <summary>How it is delivered.</summary>
    public SubscriptionPolicy Policy { get; init; } = Serial;

    /// <summary>What it asks for beyond Hermes.</summary>
    public string? Extensions { get; init; }

    public string? DeliveryType { get; init; }

    /// <summary>Whether retransmissions of it are asked for.</summary>
    public bool TakesJobs { get; init; } = true;

    /// <summary>Its qualified name.</summary>
    public SubscriptionName FullName => new(Topic, Name);

    /// <summary>Creates it.</summary>
    public Task<SubscriptionName> CreateAsync(HermesInstallation hermes, string endpoints) =>
        hermes.SubscribeAsync(Name, endpoints + Name, Policy, extensions: Extensions, topic: Topic, deliveryType: DeliveryType);
}
