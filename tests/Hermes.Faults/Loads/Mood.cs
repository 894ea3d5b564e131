namespace Hermes.Faults.Loads;

/// <summary>How the endpoint answers.</summary>
internal enum Mood
{
    /// <summary>200.</summary>
    Well,

    /// <summary>503.</summary>
    Refusing,

    /// <summary>Not at all, until the sender gives up.</summary>
    Hanging,
}
