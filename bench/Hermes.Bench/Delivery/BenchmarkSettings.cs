using System.Globalization;

namespace Hermes.Bench.Delivery;

/// <summary>What one run measures.</summary>
internal sealed record BenchmarkSettings
{
    /// <summary>Messages of each round. Default 240,000.</summary>
    public int Messages { get; private init; } = 240_000;

    /// <summary>Deliveries in flight at once, on both sides. Default 100, Hermes's own.</summary>
    public int InFlight { get; private init; } = 100;

    /// <summary>Rounds of each side. Default 3.</summary>
    public int Rounds { get; private init; } = 3;

    /// <summary>Bytes of a body. Default 1000.</summary>
    public int Size { get; private init; } = 1000;

    /// <summary>Partitions of the topic. Default 10.</summary>
    public int Partitions { get; private init; } = 10;

    /// <summary>Leading messages that are not measured: just-in-time compilation, connections, first fetches.</summary>
    public int WarmUp => Messages / 3;

    /// <exception cref="ArgumentException">An option is unknown or is no number.</exception>
    public static BenchmarkSettings Parse(string[] options)
    {
        var settings = new BenchmarkSettings();
        for (var i = 0; i < options.Length; i += 2)
        {
            if (i + 1 == options.Length || !int.TryParse(options[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1)
                throw new ArgumentException($"{options[i]} needs a number above zero.", nameof(options));
            settings = options[i] switch
            {
                "--messages" => settings with { Messages = value },
                "--inflight" => settings with { InFlight = value },
                "--rounds" => settings with { Rounds = value },
                "--size" => settings with { Size = value },
                "--partitions" => settings with { Partitions = value },
                _ => throw new ArgumentException($"{options[i]} is not an option of this benchmark.", nameof(options)),
            };
        }

        return settings;
    }
}
