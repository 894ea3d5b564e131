using System.Runtime.InteropServices;
using Hermes.Faults.Fleets;

namespace Hermes.Faults.CommandLines;

/// <summary>Runs once, and says on the console what there was.</summary>
internal static class Report
{
    /// <summary>Runs.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(RunSettings settings)
    {
        Console.WriteLine($"# on {(settings.Broker is BrokerKind.Real ? "a real broker" : "the emulator")}, {settings.Rate} messages a second; to play it again: the next lines in a file, and --plan FILE");
        Console.WriteLine(settings.Plan);
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        Verdict verdict;
        try
        {
            verdict = await new Conductor(settings, Console.WriteLine).RunAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.WriteLine("Stopped before the end: nothing was judged.");
            return 2;
        }
        foreach (var figure in verdict.Figures)
            Console.WriteLine(figure);
        var folder = settings.Logs is not null || !verdict.Findings.AreNone ? Keep(verdict, settings.Logs) : null;
        if (verdict.Findings.AreNone)
        {
            Console.WriteLine($"Nothing was wrong. Seed {settings.Plan.Seed}");
            return 0;
        }
        Console.WriteLine(verdict.Findings);
        Console.WriteLine($"What each worker wrote is in {folder}. Seed {settings.Plan.Seed}");
        return 1;
    }

    /// <summary>Writes down what each worker wrote.</summary>
    /// <returns>The folder.</returns>
    public static string Keep(Verdict verdict, string? folder = null)
    {
        folder = folder is null ? Directory.CreateTempSubdirectory("hermes-faults-").FullName : Directory.CreateDirectory(folder).FullName;
        foreach (var (name, log) in verdict.Logs)
            File.WriteAllText(Path.Combine(folder, $"{name}.log"), log);
        File.WriteAllText(Path.Combine(folder, "findings"), verdict.Findings.ToString());
        return folder;
    }
}
