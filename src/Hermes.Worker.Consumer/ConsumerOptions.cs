using System.ComponentModel.DataAnnotations;

namespace Hermes.Worker.Consumer;

/// <summary>Settings of the consumer, bound from <c>Consumer</c>.</summary>
public sealed record ConsumerOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Consumer";

    /// <summary>Threads that read from Kafka, for all subscriptions together. Default 2.</summary>
    [Range(1, 64)] public int IntakeThreads { get; init; } = 2;

    /// <summary>How often offsets are committed while there is something to say: what a kill may repeat at most. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")] public TimeSpan CommitInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After how long without a heartbeat the group gives a worker's partitions to others; the broker must allow it
    /// (<c>group.min.session.timeout.ms</c>, 6 s by default). Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00")] public TimeSpan GroupSessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A name of this worker that stays over restarts and is unique in the fleet: with it, a worker that comes back
    /// within the group session time-out gets its partitions at once, without a rebalance (Kafka's static membership). Default
    /// none.</summary>
    public string? InstanceId { get; init; }

    /// <summary>This worker's name in the fleet; it must be unique there. With a name that stays over restarts, a worker that comes
    /// back finds its assignments and serves them at once. Default: <see cref="InstanceId"/> where that is set, else the host's name,
    /// <c>$</c> and a random number, as Hermes's consumers have it.</summary>
    [RegularExpression("^[^/\\p{C}]*[^/\\p{C}.][^/\\p{C}]*$", ErrorMessage = "The field NodeId must not contain '/', and not consist of dots.")]
    public string? NodeId { get; init; }

    /// <summary>Which subscriptions this worker serves. Default <c>Assigned</c>.</summary>
    public Workload Workload { get; init; } = Workload.Assigned;

    /// <summary>Whether this worker stands for leader, and then balances the fleet. Without it, it follows for ever; another
    /// must lead. Default yes.</summary>
    public bool AutoRebalance { get; init; } = true;

    /// <summary>How often what was delivered and discarded is added to the subscriptions' counters in the registry. Default 20 s, as
    /// Hermes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")] public TimeSpan CounterInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often each subscription's last discarded message is written down in the registry, if there is a new one. Default 5
    /// s, as Hermes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")] public TimeSpan UndeliveredInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Records read ahead, for each subscription. Default 5000.</summary>
    [Range(1, 1_000_000)] public int ReadAheadRecords { get; init; } = 5000;

    /// <summary>KiB read ahead at most, for each subscription. Default 16 384.</summary>
    [Range(1, 1_000_000)] public int ReadAheadKilobytes { get; init; } = 16_384;

    /// <summary>KiB read ahead by all subscriptions together: each that is started gets a thirty-second part of what is left, and 256 KiB
    /// at least. Default 524 288.</summary>
    [Range(1, 100_000_000)] public int ReadAheadKilobytesInProcess { get; init; } = 524_288;

    /// <summary>How long a stopping worker may finish what is on the wire. Leaving the fleet and the groups takes up to 30 s more:
    /// whoever stops the process (systemd's <c>TimeoutStopSec</c>, a container's grace period) must wait for both. Default 25
    /// s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")] public TimeSpan DrainBudget { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>How long a rebalance of a subscription's group may wait for what is on the wire, so that the partitions' next owner
    /// repeats nothing. The whole group waits, so it must stay well below the group's own patience (<c>max.poll.interval.ms</c>, 5
    /// minutes). Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")] public TimeSpan HandOverBudget { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause before a subscription that could not be started is tried again. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")] public TimeSpan LongestRestartPause { get; init; } = TimeSpan.FromSeconds(30);
}
