namespace Hermes.Testing.Kafka;

/// <summary>The real Kafka that tests may use: an unpacked distribution (<c>KAFKA_HOME</c>) or a running broker (<c>HERMES_TEST_KAFKA</c>).</summary>
public static class KafkaDistribution
{
    /// <summary>The folder of the distribution, or <see langword="null"/>.</summary>
    public static string? Home => Environment.GetEnvironmentVariable("KAFKA_HOME") is { Length: > 0 } home ? Path.GetFullPath(home) : null;

    /// <summary>Bootstrap servers of a broker that somebody else runs, or <see langword="null"/>.</summary>
    public static string? Running => Environment.GetEnvironmentVariable("HERMES_TEST_KAFKA") is { Length: > 0 } servers ? servers : null;

    /// <summary>Why no real broker can be had, or <see langword="null"/> when one can.</summary>
    public static string? WhyNoBroker => Running is null ? WhyNoTools : null;

    /// <summary>Why the distribution's own programs cannot be run, or <see langword="null"/> when they can.</summary>
    public static string? WhyNoTools => Home switch
    {
        null => "There is no real Kafka here: KAFKA_HOME (an unpacked distribution) is not set.",
        { } home when !File.Exists(Script(home, "kafka-server-start.sh")) => $"KAFKA_HOME is {home}, which holds no bin/kafka-server-start.sh.",
        _ => null,
    };

    internal static string Script(string home, string name) => Path.Combine(home, "bin", name);
}
