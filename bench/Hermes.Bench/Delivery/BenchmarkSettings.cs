using System.Globalization;

namespace Hermes.Bench.Delivery;

/// <summary>What one run measures.</summary>
internal sealed record BenchmarkSettings
{
    /// <summary>Messages of each round. Default 240,000.</summary>
    public int Messages { get; init; } = 240_000;

    /// <summary>Deliveries in flight at once, on both sides. Default 100, Hermes's own.</summary>
    public int InFlight { get; private init; } = 100;

    /// <summary>Rounds of each side. Default 3.</summary>
    public int Rounds { get; private init; } = 3;

    /// <summary>Bytes of a body. Default 1000.</summary>
    public int Size { get; private init; } = 1000;

    /// <summary>Partitions of the topic. Default 10.</summary>
    public int Partitions { get; private init; } = 10;

    /// <summary>Subscriptions of the topic, each of which gets every message. Default 1.</summary>
    public int Subscriptions { get; private init; } = 1;

    /// <summary>Milliseconds that the endpoint takes for its answer. Default 0.</summary>
    public int Delay { get; private init; }

    /// <summary>What the subscription asks for: <c>plain</c>, <c>filter</c> (one that lets all pass), <c>signing</c>, <c>batch</c> (of 100) or
    /// <c>avro</c> (an Avro topic, delivered as JSON).</summary>
    public string Shape { get; private init; } = Shapes.Plain;

    /// <summary>Messages a second that are published while they are delivered, where a benchmark does so. Default 10,000.</summary>
    public int Rate { get; private init; } = 10_000;

    /// <summary>Seconds that are measured, where a benchmark goes by time. Default 20.</summary>
    public int Seconds { get; private init; } = 20;

    /// <summary>Messages of a round, each counted once for each subscription.</summary>
    public int Deliveries => Messages * Subscriptions;

    /// <summary>Leading messages that are not measured: just-in-time compilation, connections, first fetches.</summary>
    public int WarmUp => Deliveries / 3;

    /// <exception cref="ArgumentException">An option is unknown or is no number.</exception>
    public static BenchmarkSettings Parse(string[] options)
    {
        var settings = new BenchmarkSettings();
        for (var i = 0; i < options.Length; i += 2)
        {
            if (options[i] == "--shape")
            {
                if (i + 1 == options.Length || !Shapes.All.Contains(options[i + 1]))
                    throw new ArgumentException($"--shape needs one of {string.Join(", ", Shapes.All)}.", nameof(options));
                settings = settings with { Shape = options[i + 1] };
                continue;
            }
            if (i + 1 == options.Length || !int.TryParse(options[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1)
                throw new ArgumentException($"{options[i]} needs a number above zero.", nameof(options));
            settings = options[i] switch
            {
                "--messages" => settings with { Messages = value },
                "--inflight" => settings with { InFlight = value },
                "--rounds" => settings with { Rounds = value },
                "--size" => settings with { Size = value },
                "--subscriptions" => settings with { Subscriptions = value },
                "--delay" => settings with { Delay = value },
                "--rate" => settings with { Rate = value },
                "--seconds" => settings with { Seconds = value },
                "--partitions" => settings with { Partitions = value },
                _ => throw new ArgumentException($"{options[i]} is not an option of this benchmark.", nameof(options)),
            };
        }

        return settings;
    }
}
