namespace Hermes.Delivery.Sending.Plain;

/// <summary>How far the head of an answer has come.</summary>
internal enum HeadState
{
    /// <summary>Its end has not come yet.</summary>
    Incomplete,

    /// <summary>All of it is there.</summary>
    Complete,

    /// <summary>It is not HTTP.</summary>
    Malformed,
}
