namespace Hermes.Delivery.Sending;

/// <summary>What an attempt's end means for its message.</summary>
internal enum Verdict
{
    /// <summary>The endpoint has it.</summary>
    Delivered,

    /// <summary>Try again while there is time.</summary>
    Retry,

    /// <summary>Never try again.</summary>
    Discard,
}
