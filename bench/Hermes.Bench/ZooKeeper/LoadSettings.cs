using System.Globalization;

namespace Hermes.Bench.ZooKeeper;

/// <summary>What one run measures.</summary>
internal sealed record LoadSettings
{
    /// <summary>Calls in flight at once, on both sides. Default 256.</summary>
    public int InFlight { get; private init; } = 256;

    /// <summary>Bytes of a node's data. Default 128.</summary>
    public int Size { get; private init; } = 128;

    /// <summary>Sessions over which the calls are spread. Default 1.</summary>
    public int Connections { get; private init; } = 1;

    /// <summary>Nodes that are read and written. Default 64.</summary>
    public int Nodes { get; private init; } = 64;

    /// <summary>Rounds of each side and operation. Default 5.</summary>
    public int Rounds { get; private init; } = 5;

    /// <summary>Length of a round in seconds; as much again warms each side up. Default 3.</summary>
    public int Seconds { get; private init; } = 3;

    /// <exception cref="ArgumentException">An option is unknown or is no number.</exception>
    public static LoadSettings Parse(string[] options)
    {
        var settings = new LoadSettings();
        for (var i = 0; i < options.Length; i += 2)
        {
            if (i + 1 == options.Length || !int.TryParse(options[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1)
                throw new ArgumentException($"{options[i]} needs a number above zero.", nameof(options));
            settings = options[i] switch
            {
                "--inflight" => settings with { InFlight = value },
                "--size" => settings with { Size = value },
                "--connections" => settings with { Connections = value },
                "--nodes" => settings with { Nodes = value },
                "--rounds" => settings with { Rounds = value },
                "--seconds" => settings with { Seconds = value },
                _ => throw new ArgumentException($"{options[i]} is not an option of this benchmark.", nameof(options)),
            };
        }

        return settings;
    }
}
