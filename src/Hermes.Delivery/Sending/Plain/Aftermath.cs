namespace Hermes.Delivery.Sending.Plain;

/// <summary>What is to become of a connection after an exchange.</summary>
internal enum Aftermath
{
    /// <summary>It is closed.</summary>
    Close,

    /// <summary>It serves the next exchange.</summary>
    Keep,

    /// <summary>The rest of the answer is read away first, as far as that is worth it.</summary>
    Drain,
}
