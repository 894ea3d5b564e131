using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hermes.Testing.Processes;

/// <summary>A process of ours that a test may kill, freeze and wake. It dies with its owner, and at the latest with the test run.</summary>
/// <remarks>What it wrote to both outputs is kept (the last <see cref="KeptLines"/> lines) and shown by every failed wait.</remarks>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 400;
    private const int SigTerm = 15, SigCont = 18, SigStop = 19;

    private static readonly HashSet<ChildProcess> Living = [];

    private readonly Process _process;
    private readonly Queue<string> _lines = [];
    private TaskCompletionSource _news = NewSignal();

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        ChildProcess[] living;
        lock (Living)
            living = [.. Living];
        foreach (var child in living)
            child.Kill();
    };

    private ChildProcess(Process process) => _process = process;

    /// <summary>The operating system's process id.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Its memory, as it is now.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The last lines of both outputs, in the order in which they came.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _lines);
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="program">The program, found on the path or named in full.</param>
    /// <param name="arguments">Its arguments, one by one, unquoted.</param>
    /// <param name="environment">Variables to set (or, with <see langword="null"/>, to remove) on top of ours.</param>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
            start.Environment[name] = value;
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var child = new ChildProcess(process);
        process.OutputDataReceived += (_, line) => child.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => child.Keep(line.Data);
        process.Exited += (_, _) => child.Announce();
        process.Start();
        lock (Living)
            Living.Add(child);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Writes to the process's standard input, and ends it when told so.</summary>
    public async Task WriteAsync(string text, bool thenEnd)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
        if (thenEnd)
            _process.StandardInput.Close();
    }

    /// <summary>Waits until the output holds a text.</summary>
    /// <exception cref="TimeoutException">It did not come in time, or the process ended without it.</exception>
    public async Task WhenOutputAsync(string text, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within, TimeProvider.System);
        while (true)
        {
            Task news;
            lock (_lines)
            {
                if (_lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
                    return;
                news = _news.Task;
            }

            if (_process.HasExited)
                throw new TimeoutException($"{_process.StartInfo.FileName} ended ({_process.ExitCode}) before it said '{text}':\n{Output}");
            try
            {
                await news.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"{_process.StartInfo.FileName} did not say '{text}' within {within}:\n{Output}", e);
            }
        }
    }

    /// <summary>Waits for the end of the process and of its output.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It still runs.</exception>
    public async Task<int> WhenExitedAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{_process.StartInfo.FileName} did not end within {within}:\n{Output}", e);
        }
    }

    /// <summary>SIGTERM: asks it to stop.</summary>
    public void Terminate() => Signal(SigTerm);

    /// <summary>SIGSTOP: it keeps its sockets and answers nothing.</summary>
    public void Freeze() => Signal(SigStop);

    /// <summary>SIGCONT: it goes on where it stood.</summary>
    public void Thaw() => Signal(SigCont);

    /// <summary>SIGKILL: it ends at once, without a word. A process that has ended already is left in peace.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException) { } // it ended by itself
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await WhenExitedAsync(TimeSpan.FromSeconds(30));
        lock (Living)
            Living.Remove(this);
        _process.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal(int number)
    {
        if (!_process.HasExited && SendSignal(_process.Id, number) != 0)
            throw new InvalidOperationException($"Signal {number} did not reach process {_process.Id}.");
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines)
                _lines.Dequeue();
        }

        Announce();
    }

    private void Announce()
    {
        TaskCompletionSource said;
        lock (_lines)
            (said, _news) = (_news, NewSignal());
        said.TrySetResult();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);
}
