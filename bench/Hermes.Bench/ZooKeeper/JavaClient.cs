using Hermes.Testing.Processes;

namespace Hermes.Bench.ZooKeeper;

/// <summary>The Java client of <c>KAFKA_HOME</c>, else Debian's, with our load around it, compiled on the spot.</summary>
internal static class JavaClient
{
    private static readonly string Source = Path.Combine(AppContext.BaseDirectory, "ZooKeeper", "ZooKeeperLoad.java");

    /// <summary>Whose client it is.</summary>
    public static string Origin => Libraries is { } libraries
        ? Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(libraries, "zookeeper-*.jar").First(jar => !jar.Contains("jute", StringComparison.Ordinal)))
        : "Debian's zookeeper.jar";

    private static string? Libraries =>
        Environment.GetEnvironmentVariable("KAFKA_HOME") is { Length: > 0 } home ? Path.Combine(home, "libs") : null;

    private static string ClassPath => Libraries is { } libraries ? Path.Combine(libraries, "*") : "/usr/share/java/zookeeper.jar";

    /// <summary>Compiles the load into a folder.</summary>
    public static async Task CompileAsync(TemporaryFolder folder)
    {
        await using var compiler = ChildProcess.Start("javac", ["-cp", ClassPath, "-d", folder.Path, Source]);
        if (await compiler.WhenExitedAsync(TimeSpan.FromMinutes(2)) is var code and not 0)
            throw new InvalidOperationException($"javac ended with {code}:\n{compiler.Output}");
    }

    /// <summary>Starts the compiled load.</summary>
    public static ChildProcess Start(TemporaryFolder folder, IEnumerable<string> arguments) =>
        ChildProcess.Start("java", ["-cp", $"{folder.Path}:{ClassPath}", "ZooKeeperLoad", .. arguments]);
}
