namespace Hermes.ZooKeeper.Protocol;

/// <summary>Numbers that match replies to requests. Those below zero are reserved.</summary>
internal static class Xid
{
    public const int Notification = -1;
    public const int Ping = -2;
    public const int Auth = -4;
    public const int SetWatches = -8;

    /// <summary>The next ordinary number: from 1 up, and round again without touching the reserved ones.</summary>
    public static int After(int xid) => xid == int.MaxValue ? 1 : xid + 1;
}
