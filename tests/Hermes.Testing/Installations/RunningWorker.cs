using Hermes.Testing.Http;
using Hermes.Testing.Processes;

namespace Hermes.Testing.Installations;

/// <summary>The worker as its users run it: a process of its own, configured by its environment.</summary>
public sealed class RunningWorker : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(45);
    private readonly ChildProcess _process;

    private RunningWorker(ChildProcess process) => _process = process;

    /// <summary>All that it has written.</summary>
    public string Output => _process.Output;

    /// <summary>The id of its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its memory, as it is now.</summary>
    public long ResidentBytes => _process.ResidentBytes;

    /// <summary>A consumer.</summary>
    public static RunningWorker Start(HermesInstallation installation, params (string Name, string Value)[] settings) =>
        Start("Hermes.Worker.Consumer", installation, settings);

    /// <summary>Any of the workers, by the name of its assembly, which the test project must refer to.</summary>
    public static RunningWorker Start(string assembly, HermesInstallation installation, params (string Name, string Value)[] settings) =>
        Start(assembly, installation, settings, new Dictionary<string, string?>(StringComparer.Ordinal));

    /// <summary>Any of the workers, with variables of its environment beside the settings, as systemd would start it.</summary>
    public static RunningWorker Start(
        string assembly, HermesInstallation installation, IEnumerable<(string Name, string Value)> settings, IReadOnlyDictionary<string, string?> variables)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HERMES_ZooKeeper__ConnectionString"] = installation.ZooKeeperServers,
            ["HERMES_ZooKeeper__Root"] = installation.Paths.Root,
            ["HERMES_ZooKeeper__SessionTimeout"] = "00:00:04",
            ["HERMES_Kafka__BootstrapServers"] = installation.Kafka.BootstrapServers,
            ["HERMES_Kafka__Namespace"] = installation.Kafka.Namespace,
            ["HERMES_Status__Listen"] = "none", // many workers at once; a test of the pages says otherwise
            ["HERMES_Consumer__GroupSessionTimeout"] = "00:00:06",
            ["HERMES_Delivery__AllowLoopback"] = "true",
        };
        foreach (var (name, value) in settings)
            environment[$"HERMES_{name.Replace(":", "__", StringComparison.Ordinal)}"] = value;
        foreach (var (name, value) in variables)
            environment[name] = value;
        return new(ChildProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll")], environment));
    }

    /// <summary>Its status pages, once it serves them; its <c>Status:Listen</c> must not be <c>none</c>.</summary>
    public async Task<StatusReader> StatusAsync()
    {
        const string Said = "Status pages at ";
        await WhenSaidAsync(Said);
        return new(Output.Split('\n').Select(l => l.IndexOf(Said, StringComparison.Ordinal) is >= 0 and var at ? l[(at + Said.Length)..].Trim() : "").First(a => a.Length > 0));
    }

    /// <summary>Waits until it says something.</summary>
    public Task WhenSaidAsync(string text) => _process.WhenOutputAsync(text, TimeSpan.FromSeconds(60));

    /// <summary>SIGSTOP: it does nothing, and knows nothing of it.</summary>
    public void Freeze() => _process.Freeze();

    /// <summary>SIGCONT.</summary>
    public void Thaw() => _process.Thaw();

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WhenExitedAsync(StopLimit);
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> StopAsync()
    {
        _process.Terminate();
        return await _process.WhenExitedAsync(StopLimit);
    }

    public Task<int> WhenExitedAsync() => _process.WhenExitedAsync(StopLimit);

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
