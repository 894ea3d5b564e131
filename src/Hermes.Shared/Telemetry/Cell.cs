namespace Hermes.Shared.Telemetry;

/// <summary>What one series has come to: its sum or last value, and, where it is a distribution, the rest of it.</summary>
internal sealed class Cell(Distribution? distribution)
{
    private double _value;

    public double Value => Volatile.Read(ref _value);

    public Distribution? Distribution => distribution;

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double change)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + change, seen);
            if (before.Equals(seen))
                return;
            seen = before;
        }
    }
}
