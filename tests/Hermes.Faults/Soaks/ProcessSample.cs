using System.Globalization;

namespace Hermes.Faults.Soaks;

/// <summary>What a process holds.</summary>
/// <param name="ResidentBytes">Memory.</param>
/// <param name="Handles">Open files, sockets and the like.</param>
/// <param name="Threads">Threads.</param>
internal sealed record ProcessSample(long ResidentBytes, int Handles, int Threads)
{
    /// <summary>Reads them.</summary>
    public static ProcessSample Of(int processId)
    {
        var status = File.ReadAllLines($"/proc/{processId}/status");
        long Value(string name) =>
            long.Parse(status.First(l => l.StartsWith(name, StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        return new(Value("VmRSS:") * 1024, Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd").Count(), (int)Value("Threads:"));
    }
}
