namespace Hermes.Intake;

/// <summary>Log event ids of this assembly: 2400 to 2499. A retired number keeps its line.</summary>
internal static class LogEvents
{
    public const int IntakeThreadFailed = 2400;
}
