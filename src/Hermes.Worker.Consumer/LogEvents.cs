namespace Hermes.Worker.Consumer;

/// <summary>Log event ids of this assembly: 2100 to 2199. A retired number keeps its line.</summary>
internal static class LogEvents
{
    public const int Assigned = 2100;
    public const int Revoked = 2101;
    public const int Lost = 2102;
    public const int CommitFailed = 2103;
    public const int KafkaError = 2104;
    public const int RecordDiscarded = 2105;
    // 2106 was a failed intake thread, which is now of Hermes.Intake.
    public const int IntakeFailed = 2107;
    public const int Blocked = 2108;
    public const int Moved = 2109;
    public const int HandOverCut = 2112;
    public const int Serving = 2120;
    public const int Stopped = 2121;
    public const int StartFailed = 2122;
    public const int NotSupported = 2123;
    public const int NoTopic = 2124;
    public const int ActivationFailed = 2125;
    public const int DrainBudgetSpent = 2126;
    public const int Stopping = 2127;
    public const int Acknowledged = 2130;
    public const int OrderGone = 2131;
    public const int OrderFailed = 2132;
    public const int OrderUnreadable = 2133;
    public const int CommandDone = 2135;
    public const int OtherCluster = 2136;
}
