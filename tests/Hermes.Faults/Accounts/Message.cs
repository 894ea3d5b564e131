namespace Hermes.Faults.Accounts;

/// <summary>A message that was published.</summary>
/// <param name="Id">Its id.</param>
internal sealed record Message(string Id)
{
    /// <summary>Its key; absent: it has no order.</summary>
    public string? Key { get; init; }

    /// <summary>What the endpoint of the subscription with dead letters always answers to it; absent: it takes it.</summary>
    public int? Refusal { get; init; }

    /// <summary>Its partition; -1 until the broker has confirmed it.</summary>
    public int Partition { get; set; } = -1;

    /// <summary>Its offset; -1 until the broker has confirmed it.</summary>
    public long Offset { get; set; } = -1;

    /// <summary>When the broker had confirmed it.</summary>
    public TimeSpan ConfirmedAt { get; set; }

    /// <summary>Whether the broker has it for certain.</summary>
    public bool IsConfirmed => Offset >= 0;
}
