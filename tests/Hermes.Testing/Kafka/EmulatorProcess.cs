using Hermes.Testing.Processes;

namespace Hermes.Testing.Kafka;

/// <summary>The built emulator as a process of its own, with its data in a folder, so that a test can kill it and start it again.</summary>
public sealed class EmulatorProcess : IKafkaBroker
{
    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly string[] _arguments;
    private readonly int _port = FreePorts.Take(1)[0];
    private ChildProcess? _server;

    private EmulatorProcess(string[] arguments) => _arguments = arguments;

    public string BootstrapServers => $"127.0.0.1:{_port}";

    /// <summary>What the process wrote so far.</summary>
    public string Output => Server.Output;

    public int ProcessId => Server.Id;

    /// <param name="arguments">Arguments on top of <c>--listen</c> and <c>--data</c>, for example <c>--partitions 4</c>.</param>
    public static async Task<EmulatorProcess> LaunchAsync(params string[] arguments)
    {
        var emulator = new EmulatorProcess(arguments);
        try
        {
            await emulator.StartAsync();
            return emulator;
        }
        catch
        {
            await emulator.DisposeAsync();
            throw;
        }
    }

    public bool HasExited => _server is null or { HasExited: true };

    public async Task StartAsync()
    {
        if (_server is { HasExited: false })
            throw new InvalidOperationException("The emulator runs already.");
        if (_server is not null)
            await _server.DisposeAsync();
        _server = ChildProcess.Start("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Hermes.KafkaEmulator.dll"), "--listen", BootstrapServers, "--data", _folder.File("data"), .. _arguments]);
        await KafkaReadiness.WhenAnsweringAsync(_port, _server);
    }

    public async Task StopAsync()
    {
        Server.Terminate();
        await Server.WhenExitedAsync(StopBudget);
    }

    public async Task KillAsync()
    {
        Server.Kill();
        await Server.WhenExitedAsync(StopBudget);
    }

    public void Freeze() => Server.Freeze();

    public void Thaw() => Server.Thaw();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Dispose();
    }

    private ChildProcess Server => _server ?? throw new InvalidOperationException("The emulator was never started.");
}
