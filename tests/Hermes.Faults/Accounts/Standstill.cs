namespace Hermes.Faults.Accounts;

/// <summary>A time in which the conductor itself, and with it every link, stood still, since the machine had no time for it.</summary>
/// <param name="Begin">When it began.</param>
/// <param name="End">When it went on.</param>
internal sealed record Standstill(TimeSpan Begin, TimeSpan End) : IExcuse
{
    TimeSpan? IExcuse.End => End;

    public bool KeepsFromEndpoint => false;

    public bool Excuses(Delivery delivery) => delivery.At >= Begin - Disturbance.CommitLag && delivery.At <= End + Disturbance.Aftermath;

    public bool HeldBack(Delivery delivery) => Excuses(delivery);

    public bool Meets(TimeSpan from, TimeSpan to) => Begin <= to && End >= from;
}
