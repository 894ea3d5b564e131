namespace Hermes.Faults.Fleets;

/// <summary>How the fleet's workers are set.</summary>
internal static class FleetSettings
{
    /// <summary>Group ids that end so are denied to the janitor.</summary>
    public const string DeniedEnd = "_stranger";

    private static readonly (string, string)[] Common =
    [
        ("Janitor:DryRun", "false"), ("Janitor:Denied:0", $".*{DeniedEnd}"),
        ("Logging:Console:FormatterName", "simple"), ("Logging:Console:FormatterOptions:SingleLine", "true"),
        ("Logging:Console:FormatterOptions:TimestampFormat", "HH:mm:ss.fff "),
    ];

    /// <summary>Duties every second and short sessions (ZooKeeper 4 s, groups 6 s), so that in a minute much happens.</summary>
    public static IReadOnlyList<(string Name, string Value)> Eager { get; } =
    [
        .. Common,
        ("Schemas:LongestRetryPause", "00:00:01"),
        ("Janitor:TasksSchedule", "00:00:01"), ("Janitor:TaskDelay", "00:00:01"), ("Janitor:LongestRetryPause", "00:00:02"),
        ("Janitor:InactiveSchedule", "00:00:01"), ("Janitor:InactiveAfter", "00:00:03"),
        ("Janitor:KeepAliveSchedule", "00:00:02"), ("Janitor:KeepAliveInterval", "00:00:05"), ("Janitor:TombstonesSchedule", "00:00:05"),
    ];

    /// <summary>As they are by default, but for what would not happen at all within an hour.</summary>
    public static IReadOnlyList<(string Name, string Value)> Calm { get; } =
    [
        .. Common,
        ("ZooKeeper:SessionTimeout", "00:00:10"), ("Consumer:GroupSessionTimeout", "00:00:10"),
        ("Janitor:TaskDelay", "00:00:10"), ("Janitor:LongestRetryPause", "00:00:10"), ("Janitor:InactiveSchedule", "00:00:10"), ("Janitor:InactiveAfter", "00:00:30"),
        ("Janitor:KeepAliveSchedule", "00:00:30"), ("Janitor:KeepAliveInterval", "00:01:00"),
    ];
}
