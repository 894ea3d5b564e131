namespace Hermes.Shared;

/// <summary>Log event ids of this assembly: 1100 to 1299. A retired number keeps its line.</summary>
internal static class LogEvents
{
    public const int NodeUnreadable = 1100;
}
