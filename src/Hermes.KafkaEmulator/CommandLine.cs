using System.Globalization;
using System.Net;

namespace Hermes.KafkaEmulator;

/// <summary>Reads the arguments of the process.</summary>
internal static class CommandLine
{
    public const string Usage = """
        usage: Hermes.KafkaEmulator [--listen ADDRESS:PORT] [--advertise HOST:PORT] [--data DIR] [--partitions N] [--auto-create-topics true|false]
                                      [--group-initial-rebalance-delay-ms N] [--group-min-session-timeout-ms N]

          --listen              where to listen; default 127.0.0.1:9092, port 0 takes a free one
          --advertise           the host and port that clients are told; default the address it listens on
          --data                the folder that keeps topics, records and offsets; default none, everything is in memory
          --partitions          partitions of a topic whose creation names no number; default 1
          --auto-create-topics  whether a topic asked for by name comes into being; default true
          --group-initial-rebalance-delay-ms
                                how long a consumer group that was empty waits for more members; default 0 (Kafka: 3000)
          --group-min-session-timeout-ms
                                shortest session time-out that a member may ask for; default 6000, as in Kafka

        One Kafka broker in one process, for development and tests. Not for production.
        """;

    /// <summary>Reads them.</summary>
    /// <returns>The options; null when only the usage is asked for.</returns>
    /// <exception cref="FormatException">The arguments make no sense; the message says which.</exception>
    public static KafkaEmulatorOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new KafkaEmulatorOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i];
            if (name is "--help" or "-h" or "-?")
                return null;
            string Value() => i + 1 < arguments.Count ? arguments[i + 1] : throw new FormatException($"{name} needs a value.");
            options = name switch
            {
                "--listen" => options with { Listen = EndPoint(Value()) },
                "--advertise" => options with { Advertise = Address(Value()) },
                "--data" => options with { DataFolder = Path.GetFullPath(Value()) },
                "--partitions" => options with { Partitions = Positive(name, Value()) },
                "--auto-create-topics" => options with { AutoCreateTopics = Flag(name, Value()) },
                "--group-initial-rebalance-delay-ms" =>
                    options with { Groups = options.Groups with { InitialRebalanceDelay = Milliseconds(name, Value()) } },
                "--group-min-session-timeout-ms" =>
                    options with { Groups = options.Groups with { MinSessionTimeout = Milliseconds(name, Value()) } },
                _ => throw new FormatException($"'{name}' is not an option."),
            };
        }

        if (options.Advertise is null && (options.Listen.Address.Equals(IPAddress.Any) || options.Listen.Address.Equals(IPAddress.IPv6Any)))
            throw new FormatException($"--listen {options.Listen} is every address: --advertise must say which one clients are told.");
        return options;
    }

    private static IPEndPoint EndPoint(string text)
    {
        var (host, port) = BrokerIdentity.ParseAddress(text) ?? throw new FormatException($"'{text}' is not ADDRESS:PORT.");
        if (host is "localhost")
            return new IPEndPoint(IPAddress.Loopback, port);
        return IPAddress.TryParse(host, out var address)
            ? new IPEndPoint(address, port)
            : throw new FormatException($"'{host}' is not an address of this machine: give its number, or localhost.");
    }

    private static string Address(string text) =>
        BrokerIdentity.ParseAddress(text) is not null ? text : throw new FormatException($"'{text}' is not HOST:PORT.");

    private static int Positive(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"{name} takes a number of at least 1, not '{text}'.");

    private static TimeSpan Milliseconds(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? TimeSpan.FromMilliseconds(number)
            : throw new FormatException($"{name} takes a number of milliseconds, not '{text}'.");

    private static bool Flag(string name, string text) =>
        bool.TryParse(text, out var flag) ? flag : throw new FormatException($"{name} takes true or false, not '{text}'.");
}
