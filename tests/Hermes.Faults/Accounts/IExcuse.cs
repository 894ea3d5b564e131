namespace Hermes.Faults.Accounts;

/// <summary>Something that may have kept deliveries from being settled.</summary>
internal interface IExcuse
{
    /// <summary>When it began.</summary>
    TimeSpan Begin { get; }

    /// <summary>Whether it may have kept this delivery from being settled, so that the message comes again.</summary>
    bool Excuses(Delivery delivery);

    /// <summary>Whether it may have held this delivery back until another process had taken the partition over and delivered it.</summary>
    bool HeldBack(Delivery delivery);

    /// <summary>When it ended; unset while it lasts.</summary>
    TimeSpan? End { get; }

    /// <summary>Whether no attempt of somebody's succeeds while it lasts.</summary>
    bool KeepsFromEndpoint { get; }

    /// <summary>Whether it met a span of time.</summary>
    bool Meets(TimeSpan from, TimeSpan to);
}
