namespace Hermes.Shared;

/// <summary>Log event ids of this assembly: 1100 to 1299. A retired number keeps its line.</summary>
internal static class LogEvents
{
    public const int NodeUnreadable = 1100;
    public const int ProviderUnreadable = 1101;
    public const int StatusListening = 1120;
    public const int StatusReachable = 1121;
    public const int StatusPageFailed = 1122;
    public const int KafkaAway = 1123;
    public const int KafkaBack = 1124;
    public const int WatchdogFed = 1125;
    public const int WatchdogStarves = 1126;
    public const int ZooKeeperTlsChanged = 1127;
    public const int ZooKeeperTlsNotRead = 1128;
    public const int PresenceNotShown = 1129;
    public const int SchemaFound = 1140;
    public const int SchemaNotFound = 1141;
    public const int SchemasFull = 1142;
}
