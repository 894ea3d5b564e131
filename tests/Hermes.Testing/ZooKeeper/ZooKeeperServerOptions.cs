namespace Hermes.Testing.ZooKeeper;

/// <summary>How a server of the tests differs from the usual one.</summary>
public sealed record ZooKeeperServerOptions
{
    /// <summary>The server's unit of time. It grants session time-outs of 2 to 120 of them. Default 500 ms.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Where it keeps its data; <see langword="null"/>: in a temporary folder of its own.</summary>
    public string? Folder { get; init; }

    /// <summary>Lines of its configuration file that replace or add to the usual ones.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Options of its Java runtime that replace or add to the usual ones, which favour a quick start in little memory.</summary>
    public IReadOnlyList<string> JavaOptions { get; init; } = [];

    /// <summary>Settings that it only takes from the Java command line, such as <c>jute.maxbuffer</c>.</summary>
    public IReadOnlyDictionary<string, string> SystemProperties { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
