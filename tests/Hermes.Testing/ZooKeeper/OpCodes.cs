namespace Hermes.Testing.ZooKeeper;

/// <summary>The numbers of the operations at which a test can aim.</summary>
public static class OpCodes
{
    /// <summary>Not an operation: the first frame each way, which has no header.</summary>
    public const int Handshake = -100;

    public const int Create = 1, Delete = 2, Exists = 3, GetData = 4, SetData = 5, Sync = 9, Ping = 11, GetChildren = 12;
    public const int Multi = 14, Create2 = 15, RemoveWatches = 18, CreateContainer = 19, CreateTtl = 21;
    public const int Auth = 100, SetWatches = 101, SetWatches2 = 105, AddWatch = 106, CloseSession = -11;
}
