namespace Hermes.Worker.Janitor;

/// <summary>Log event ids of this assembly: 2300 to 2399. A retired number keeps its line.</summary>
internal static class LogEvents
{
    public const int Leads = 2300;
    public const int LeadsNoMore = 2301;
    public const int RunFailed = 2302;
    public const int NoFolders = 2303;
    public const int ClockPutBack = 2304;
    public const int Deleted = 2310;
    public const int TaskDone = 2311;
    public const int TaskWithdrawn = 2312;
    public const int TaskWaits = 2313;
    public const int TaskOld = 2314;
    public const int TaskFailed = 2315;
    public const int Swept = 2320;
    public const int Restored = 2321;
    public const int TombstoneFailed = 2322;
    public const int Accounted = 2323;
    public const int Planned = 2330;
    public const int Capped = 2331;
    public const int Spared = 2332;
    public const int Surveyed = 2333;
    public const int PlannedFailed = 2334;
    public const int LookFailed = 2335;
    public const int KeepAliveFailed = 2340;
}
