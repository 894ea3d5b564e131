namespace Hermes.Testing.ZooKeeper;

/// <summary>Debian's ZooKeeper on this machine: a Java runtime and the jars of its packages.</summary>
public static class ZooKeeperInstallation
{
    private const string Jars = "/usr/share/java";

    // The first names its own class path in its manifest, but leaves out log output, the admin server and the Netty factory.
    private static readonly string[] Needed = ["zookeeper.jar", "slf4j-simple.jar", "servlet-api.jar", "netty-codec.jar"];

    /// <summary>Why no server can be started here; <see langword="null"/> where one can.</summary>
    public static string? WhyNot { get; } = Find();

    /// <summary>The class path of a server.</summary>
    public static string ClassPath => string.Join(':', Needed.Select(jar => Path.Combine(Jars, jar)));

    private static string? Find()
    {
        if (!OperatingSystem.IsLinux())
            return "The ZooKeeper of the tests is Debian's; this is not Linux.";
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        if (!path.Split(':').Any(folder => File.Exists(Path.Combine(folder, "java"))))
            return "There is no 'java' on the PATH: apt-get install default-jre-headless.";
        var missing = Needed.Where(jar => !File.Exists(Path.Combine(Jars, jar))).ToArray();
        return missing.Length == 0
            ? null
            : $"{string.Join(", ", missing)} not in {Jars}: apt-get install zookeeper libslf4j-java libservlet-api-java libnetty-java.";
    }
}
