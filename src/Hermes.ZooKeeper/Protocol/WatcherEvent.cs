namespace Hermes.ZooKeeper.Protocol;

/// <summary>What a watch saw, with the path as the server names it.</summary>
internal readonly record struct WatcherEvent(WatchEventType Type, string Path)
{
    public static WatcherEvent Read(ref JuteReader reader)
    {
        var type = (WatchEventType)reader.Int();
        reader.Int(); // the state: always "connected" on the wire
        return new(type, reader.String());
    }
}
