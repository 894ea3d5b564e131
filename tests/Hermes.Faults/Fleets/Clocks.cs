using System.Buffers.Binary;
using Hermes.Testing.Processes;

namespace Hermes.Faults.Fleets;

/// <summary>The wall clocks of processes, put wrong by a small library that is preloaded into them (<c>wrong_clock.c</c>) and looks at a
/// file for each. It is compiled on the spot, which needs a C compiler.</summary>
internal sealed class Clocks : IDisposable
{
    private static readonly TimeSpan CompilerBudget = TimeSpan.FromMinutes(1);
    private readonly TemporaryFolder _folder = new();

    private Clocks()
    {
    }

    private string Library => _folder.File("wrong_clock.so");

    /// <summary>Compiles the library.</summary>
    /// <returns>The clocks, or why none can be put wrong here.</returns>
    public static async Task<(Clocks? Clocks, string? WhyNot)> PrepareAsync()
    {
        var compiler = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(f => Path.Combine(f, "cc")).FirstOrDefault(File.Exists);
        if (!OperatingSystem.IsLinux() || compiler is null)
            return (null, "clocks are put wrong on Linux, with a C compiler ('cc' on the PATH)");
        var clocks = new Clocks();
        await using var process = ChildProcess.Start(compiler, ["-shared", "-fPIC", "-O2", "-o", clocks.Library, Path.Combine(AppContext.BaseDirectory, "wrong_clock.c"), "-ldl"]);
        if (await process.WhenExitedAsync(CompilerBudget) == 0)
            return (clocks, null);
        clocks.Dispose();
        throw new InvalidOperationException($"wrong_clock.c does not compile:\n{process.Output}");
    }

    /// <summary>The environment of a process whose clock may be put wrong.</summary>
    public IReadOnlyDictionary<string, string?> Variables(string process)
    {
        Set(process, TimeSpan.Zero);
        return new Dictionary<string, string?>(StringComparer.Ordinal) { ["LD_PRELOAD"] = Library, ["WRONG_CLOCK"] = _folder.File(process) };
    }

    /// <summary>Puts a process's clock ahead (or behind), at once.</summary>
    public void Set(string process, TimeSpan ahead)
    {
        Span<byte> seconds = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(seconds, (long)ahead.TotalSeconds);
        // In place: the process has these eight bytes mapped.
        using var file = new FileStream(_folder.File(process), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(seconds);
    }

    public void Dispose() => _folder.Dispose();
}
