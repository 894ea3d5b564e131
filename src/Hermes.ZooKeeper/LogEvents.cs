namespace Hermes.ZooKeeper;

/// <summary>Log event ids of this assembly: 1000 to 1099. A retired number keeps its line.</summary>
internal static class LogEvents
{
    public const int Connected = 1000;
    public const int ConnectFailed = 1001;
    public const int Disconnected = 1002;
    public const int SessionLost = 1003;
    public const int SessionExpired = 1004;
    public const int TimeoutClamped = 1005;
    public const int AuthenticationFailed = 1006;
    public const int TlsFailed = 1007;
    public const int SessionThreadFailed = 1008;
    public const int CloseUnanswered = 1009;
    public const int StillFails = 1010;
    public const int WorksAgain = 1011;
    public const int TreeViewFailed = 1020;
    public const int LatchFailed = 1021;
    public const int ReleaseFailed = 1022;
}
