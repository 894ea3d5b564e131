using System.Globalization;

namespace Hermes.Bench.Delivery;

/// <summary>What the kernel says of another process (Linux).</summary>
internal static class ProcessFigures
{
    private const int TicksPerSecond = 100; // USER_HZ, the unit of /proc/PID/stat on every Linux of today

    /// <summary>Processor time of all its threads so far, user and system.</summary>
    public static TimeSpan ProcessorTime(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the name in brackets may hold anything
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / (double)TicksPerSecond);
    }

    /// <summary>Resident memory, in MiB.</summary>
    public static double ResidentMegabytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) / 1024.0;
    }
}
