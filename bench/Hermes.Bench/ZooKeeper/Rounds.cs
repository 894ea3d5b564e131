namespace Hermes.Bench.ZooKeeper;

/// <summary>The rounds of one side and one operation.</summary>
internal sealed class Rounds
{
    private readonly List<double> _perSecond = [];
    private readonly List<double> _cpu = [];

    /// <summary>Answers a second; the median.</summary>
    public double PerSecond => Median(_perSecond);

    /// <summary>Microseconds of the client's processor time for one answer; the median.</summary>
    public double CpuMicroseconds => Median(_cpu);

    public void Add(double perSecond, double cpuMicroseconds)
    {
        _perSecond.Add(perSecond);
        _cpu.Add(cpuMicroseconds);
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
