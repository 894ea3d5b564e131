using System.Text.RegularExpressions;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;

namespace Hermes.KafkaEmulator.Tests.Tools;

/// <summary>Kafka's own command-line tools, of the distribution in <c>KAFKA_HOME</c>.</summary>
internal static partial class KafkaTool
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(60);

    // A tool lives for a second: a small heap and the quick compiler make it start sooner.
    private static readonly Dictionary<string, string?> Environment = new(StringComparer.Ordinal)
    {
        ["KAFKA_HEAP_OPTS"] = "-Xms32m -Xmx256m",
        ["KAFKA_JIT_TIER"] = "1",
    };

    public static void Require() => Assert.SkipWhen(KafkaDistribution.WhyNoTools is not null, KafkaDistribution.WhyNoTools ?? "");

    /// <summary>Runs a tool to its end, which must be a good one.</summary>
    /// <returns>What it wrote, every run of white space as one blank.</returns>
    public static async Task<string> RunAsync(string tool, string arguments, string? input = null)
    {
        var script = Path.Combine(KafkaDistribution.Home!, "bin", $"kafka-{tool}.sh");
        await using var process = ChildProcess.Start(script, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), Environment);
        await process.WriteAsync(input ?? "", thenEnd: true);
        var code = await process.WhenExitedAsync(Budget);
        Assert.True(code == 0, $"kafka-{tool} {arguments} ended with {code}:\n{process.Output}");
        return Blanks.Replace(process.Output, " ").Trim();
    }

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Blanks { get; }
}
