namespace Hermes.Cli.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Worth knowing; nothing is broken by it.</summary>
    Note,

    /// <summary>Something does not work, or will not.</summary>
    Wrong,
}
