using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;

namespace Hermes.Bench;

/// <summary>What all benchmarks have in common.</summary>
internal static class Benchmark
{
    /// <summary>Runs one by its options; where they are wrong, says so.</summary>
    /// <returns>The exit code: 0, or 2 for options that cannot be understood.</returns>
    public static async Task<int> RunAsync<TSettings>(Func<string[], TSettings> parse, string[] options, Func<TSettings, Task> run)
    {
        TSettings settings;
        try
        {
            settings = parse(options);
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
        await run(settings);
        return 0;
    }

    /// <summary>Starts a real broker where there is one, else the emulator.</summary>
    public static async Task<IKafkaBroker> LaunchBrokerAsync() => KafkaDistribution.WhyNoTools is null ? await RealKafka.LaunchAsync() : await EmulatorProcess.LaunchAsync();

    /// <summary>Starts this program once more, in one of its other roles.</summary>
    public static ChildProcess Start(params IEnumerable<string> arguments) => ChildProcess.Start("dotnet", [typeof(Benchmark).Assembly.Location, .. arguments]);
}
