namespace Hermes.Intake;

/// <summary>Log event ids of this assembly: 2400 to 2499. A retired number keeps its line.</summary>
internal static class LogEvents
{
    public const int IntakeThreadFailed = 2400;
    public const int RecordHeld = 2410;
    public const int RecordReleased = 2411;
    public const int ReadFailed = 2412;
}
