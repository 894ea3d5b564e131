namespace Hermes.Worker.Consumer;

/// <summary>Log event ids of this assembly: 2100 to 2199. A retired number keeps its line.</summary>
internal static class LogEvents
{
    public const int Assigned = 2100;
    public const int Revoked = 2101;
    public const int Lost = 2102;
    public const int CommitFailed = 2103;
    public const int KafkaError = 2104;
    // 2106 was a failed intake thread, which is now of Hermes.Intake.
    public const int IntakeFailed = 2107;
    public const int Blocked = 2108;
    public const int Moved = 2109;
    public const int HandOverCut = 2112;
    public const int LeftUncommitted = 2113;
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
    public const int Registered = 2140;
    public const int NameTaken = 2141;
    public const int RegistrationFailed = 2142;
    public const int WorkAssigned = 2143;
    public const int WorkWithdrawn = 2144;
    public const int WorkUnreadable = 2145;
    public const int WorkUnknown = 2146;
    public const int Leads = 2150;
    public const int LeadsNoMore = 2151;
    public const int Balanced = 2152;
    public const int ConsumerDead = 2153;
    public const int TooLittleRoom = 2154;
    public const int BalancingOvertaken = 2155;
    public const int BalancingFailed = 2156;
    public const int ConstraintUnreadable = 2157;
    public const int LoadUnreadable = 2158;
    public const int LoadNotReported = 2159;
    public const int RatesOvertaken = 2160;
    public const int RatesFailed = 2161;
    public const int RatesUnreadable = 2162;
    public const int RatesNotTold = 2163;
    public const int CountersNotTold = 2170;
}
