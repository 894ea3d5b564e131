using System.Globalization;
using Hermes.Testing.Processes;

namespace Hermes.Testing.ZooKeeper;

/// <summary>One real server on loopback, with a folder and a port of its own, that a test may stop, kill, freeze and start again.</summary>
/// <remarks>It keeps its data over a restart and removes it when disposed. It never outlives the test process.</remarks>
public sealed class ZooKeeperServer : IAsyncDisposable
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly ZooKeeperServerOptions _options;
    private ChildProcess? _process;

    internal ZooKeeperServer(int port, ZooKeeperServerOptions options)
    {
        Port = port;
        _options = options;
    }

    /// <summary>The port for clients.</summary>
    public int Port { get; }

    /// <summary>Where clients connect.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>What it tells about itself.</summary>
    public FourLetterWords Words => new(Port);

    /// <summary>What it wrote to its log (warnings and errors).</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>Whether its process has ended.</summary>
    public bool HasExited => Process.HasExited;

    /// <summary>The id of its process.</summary>
    public int ProcessId => Process.Id;

    private string Data => Path.Combine(_options.Folder ?? _folder.Path, "data");

    private ChildProcess Process => _process ?? throw new InvalidOperationException("The server was never started.");

    /// <summary>Starts a server and waits until it serves.</summary>
    public static async Task<ZooKeeperServer> LaunchAsync(ZooKeeperServerOptions? options = null)
    {
        var server = new ZooKeeperServer(FreePorts.Take(1)[0], options ?? new());
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it (again) on its port and data, and waits until it serves.</summary>
    public async Task StartAsync()
    {
        await BeginAsync();
        await WhenServingAsync();
    }

    /// <summary>Asks it to stop, and waits for its end. Its clients see their connections close.</summary>
    public async Task StopAsync()
    {
        Process.Terminate();
        await Process.WhenExitedAsync(Budget);
    }

    /// <summary>SIGKILL, and waits for its end: sessions live on in its data.</summary>
    public async Task KillAsync()
    {
        Process.Kill();
        await Process.WhenExitedAsync(Budget);
    }

    /// <summary>SIGSTOP: its sockets stay open and silent. Returns when all its threads stand.</summary>
    public void Freeze()
    {
        Process.Freeze();
        if (!SpinWait.SpinUntil(() => Directory.EnumerateDirectories($"/proc/{ProcessId}/task").All(IsStopped), Budget))
            throw new TimeoutException($"Process {ProcessId} runs on after SIGSTOP.");
    }

    /// <summary>SIGCONT: it goes on where it stood, and expires the sessions whose time ran out meanwhile.</summary>
    public void Thaw() => Process.Thaw();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Starts it (again), and does not wait until it serves.</summary>
    public async Task BeginAsync()
    {
        if (ZooKeeperInstallation.WhyNot is { } reason)
            throw new InvalidOperationException(reason);
        if (_process is { HasExited: false })
            throw new InvalidOperationException("The server runs already.");
        if (_process is not null)
            await _process.DisposeAsync();
        var configuration = _folder.File("zoo.cfg");
        await File.WriteAllLinesAsync(configuration, Configuration().Select(pair => $"{pair.Key}={pair.Value}"));
        _process = ParentWatch.Start("java",
        [
            "-Xms16m", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:-UsePerfData",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dznode.container.checkIntervalMs=500",
            .. _options.JavaOptions,
            .. _options.SystemProperties.Select(pair => $"-D{pair.Key}={pair.Value}"),
            "-cp", ZooKeeperInstallation.ClassPath, "org.apache.zookeeper.server.quorum.QuorumPeerMain", configuration,
        ]);
    }

    internal async Task WhenServingAsync()
    {
        try
        {
            await Until.TrueAsync(async () => Process.HasExited || await Words.ModeAsync() is not null, "the ZooKeeper server serves", Budget);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} It said:\n{Output}", e);
        }

        if (Process.HasExited)
            throw new InvalidOperationException($"The ZooKeeper server on port {Port} ended at once. It said:\n{Output}");
    }

    /// <summary>Gives it its number in an ensemble.</summary>
    internal async Task NumberAsync(int number)
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "myid"), number.ToString(CultureInfo.InvariantCulture));
    }

    // The state follows the thread's name, which stands in parentheses and may hold anything.
    private static bool IsStopped(string thread)
    {
        var stat = File.ReadAllText(Path.Combine(thread, "stat"));
        return stat.AsSpan(stat.LastIndexOf(')') + 2)[0] is 'T';
    }

    private Dictionary<string, string> Configuration()
    {
        var tick = (int)_options.Tick.TotalMilliseconds;
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["tickTime"] = $"{tick}",
            ["dataDir"] = Data,
            ["clientPort"] = $"{Port}",
            ["clientPortAddress"] = "127.0.0.1",
            ["maxClientCnxns"] = "0",
            ["4lw.commands.whitelist"] = "*",
            ["admin.enableServer"] = "false",
            ["extendedTypesEnabled"] = "true",
            ["minSessionTimeout"] = $"{2 * tick}",
            ["maxSessionTimeout"] = $"{120 * tick}",
            ["preAllocSize"] = "1024",
            // No test cuts the machine's power: without fsync everything is faster.
            ["forceSync"] = "no",
        };
        foreach (var (name, value) in _options.Settings)
            all[name] = value;
        return all;
    }
}
