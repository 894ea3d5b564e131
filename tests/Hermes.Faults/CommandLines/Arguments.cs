using System.Globalization;
using Hermes.Faults.Fleets;
using Hermes.Faults.Plans;

namespace Hermes.Faults.CommandLines;

/// <summary>Reads the arguments of the process.</summary>
internal static class Arguments
{
    public const string Usage = """
        usage: ./faults.sh [--seed N] [--minutes M] [--plan FILE] [--kafka emulator|real] [--rate N] [--kinds KIND,...] [--logs DIR] [--quiet]

          --seed     what the plan and the load are made from; default: one by chance, which is printed
          --minutes  how long faults go on; default 2
          --plan     a plan as it was printed by an earlier run, in place of one made from the seed
          --kafka    the broker: our emulator (the default), or a real one of the distribution in KAFKA_HOME
          --rate     messages a second; default 20, with --quiet 5
          --kinds    which faults a plan is made of; default all: kill, stop, freeze, cut, stall, slow, refuse, hang, fill, ahead, behind
          --logs     where what each worker wrote is kept, whatever the verdict
          --quiet    no faults: a soak, in which memory, handles and threads of each worker must stay flat

        Ends with 0 when nothing was wrong, with 1 when something was: then what each worker wrote is kept, and where is said.
        """;

    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(4);

    /// <summary>Reads them.</summary>
    /// <returns>What to do; null: only the usage is asked for.</returns>
    /// <exception cref="FormatException">They make no sense; says which.</exception>
    public static RunSettings? Parse(IReadOnlyList<string> arguments)
    {
        int? seed = null;
        string? file = null;
        string? logs = null;
        double? rate = null;
        var (minutes, broker, isQuiet) = (2.0, BrokerKind.Emulator, false);
        IReadOnlyList<FaultKind> kinds = Enum.GetValues<FaultKind>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            string Value() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{name} needs a value.");
            switch (name)
            {
                case "--help" or "-h": return null;
                case "--seed": seed = Whole(name, Value()); break;
                case "--minutes": minutes = Positive(name, Value()); break;
                case "--plan": file = Value(); break;
                case "--kafka": broker = Named<BrokerKind>(name, Value()); break;
                case "--logs": logs = Value(); break;
                case "--rate": rate = Positive(name, Value()); break;
                case "--kinds": kinds = [.. Value().Split(',').Select(k => Named<FaultKind>(name, k))]; break;
                case "--quiet": isQuiet = true; break;
                default: throw new FormatException($"'{name}' is not an option.");
            }
        }
        var length = TimeSpan.FromMinutes(minutes);
        if (isQuiet)
        {
            return new()
            {
                Plan = new(seed ?? Random.Shared.Next(), []),
                Broker = broker,
                Logs = logs,
                Length = length,
                Rate = rate ?? 5,
                JobInterval = TimeSpan.FromSeconds(30),
                SweepInterval = TimeSpan.FromSeconds(45),
                LookInterval = TimeSpan.FromSeconds(5),
                SampleInterval = TimeSpan.FromSeconds(10),
            };
        }
        var plan = file is null ? FaultDice.Throw(seed ?? Random.Shared.Next(), Math.Max(1, (int)(length / Gap)), Gap, kinds) : Read(file);
        return new() { Plan = plan, Broker = broker, Rate = rate ?? 20, Logs = logs };
    }

    private static FaultPlan Read(string file)
    {
        try
        {
            return FaultPlan.Parse(File.ReadAllText(file));
        }
        catch (IOException e)
        {
            throw new FormatException($"--plan {file} cannot be read: {e.Message}", e);
        }
    }

    private static int Whole(string name, string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{name} takes a whole number, not '{text}'.");

    private static double Positive(string name, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"{name} takes a number above 0, not '{text}'.");

    private static T Named<T>(string name, string text) where T : struct, Enum =>
        Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<T>(text, ignoreCase: true)
            : throw new FormatException($"{name} takes {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}, not '{text}'.");
}
