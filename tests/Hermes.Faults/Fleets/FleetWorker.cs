using System.Globalization;
using Hermes.Faults.Links;
using Hermes.Testing.Installations;
using Hermes.Testing.Processes;

namespace Hermes.Faults.Fleets;

/// <summary>One worker of the fleet, over all its lives.</summary>
internal sealed class FleetWorker : IAsyncDisposable
{
    private static readonly TimeSpan PageLimit = TimeSpan.FromSeconds(2);
    private readonly HermesInstallation _hermes;
    private readonly Switchboard _board;
    private readonly List<(string, string)> _settings;
    private readonly IReadOnlyDictionary<string, string?> _variables;
    private readonly HttpClient _http = new() { Timeout = PageLimit };
    private readonly Uri _ready;
    private readonly List<string> _outputs = [];
    private RunningWorker? _process;

    /// <param name="name">Its name, which stays: <c>consumer-1</c>.</param>
    /// <param name="hermes">Its installation.</param>
    /// <param name="board">Where its processes are registered.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="variables">Its environment beside them.</param>
    public FleetWorker(string name, HermesInstallation hermes, Switchboard board, IEnumerable<(string, string)> settings, IReadOnlyDictionary<string, string?> variables)
    {
        var port = FreePorts.Take(1)[0];
        (Name, _hermes, _board, _variables) = (name, hermes, board, variables);
        _settings = [.. settings, ("Status:Listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))];
        _ready = new($"http://127.0.0.1:{port}/health/ready");
    }

    public string Name { get; }

    /// <summary>The id of its process now.</summary>
    public int ProcessId => Process.ProcessId;

    /// <summary>Whether it is meant to run; when not, its end is the conductor's doing.</summary>
    public bool IsWanted { get; private set; }

    /// <summary>Whether it has ended though it is meant to run.</summary>
    public bool HasDied => IsWanted && Process.HasExited;

    /// <summary>What it wrote, over all its lives.</summary>
    public string Output => string.Join("\n--- started again\n", [.. _outputs, _process?.Output ?? ""]);

    private RunningWorker Process => _process ?? throw new InvalidOperationException($"{Name} was never started.");

    /// <summary>Starts it (again).</summary>
    public async Task StartAsync()
    {
        if (_process is not null)
        {
            _outputs.Add(_process.Output);
            await _process.DisposeAsync();
        }
        _process = RunningWorker.Start($"Hermes.Worker.{char.ToUpperInvariant(Name[0])}{Name[1..^2]}", _hermes, _settings, _variables);
        _board.Register(Name, _process.ProcessId);
        IsWanted = true;
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync()
    {
        IsWanted = false;
        return Process.KillAsync();
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public Task<int> StopAsync()
    {
        IsWanted = false;
        return Process.StopAsync();
    }

    public void Freeze() => Process.Freeze();

    public void Thaw() => Process.Thaw();

    /// <summary>Whether its page says that it can work: live, and its servers there.</summary>
    /// <returns>Null: it is; else what it answers.</returns>
    public async Task<string?> WhyNotReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync(_ready, cancellationToken);
            return answer.IsSuccessStatusCode ? null : $"{Name}: {await answer.Content.ReadAsStringAsync(cancellationToken)}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return $"{Name}: {e.Message}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        IsWanted = false;
        if (_process is not null)
            await _process.DisposeAsync();
        _http.Dispose();
    }
}
