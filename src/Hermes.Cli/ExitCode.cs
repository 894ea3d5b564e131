namespace Hermes.Cli;

/// <summary>How the command ends.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Asked for rightly, and failed: the reason stands on standard error.</summary>
    public const int Failed = 1;

    /// <summary>Asked for wrongly: an unknown option, a malformed name or value. Nothing was attempted.</summary>
    public const int Usage = 2;
}
