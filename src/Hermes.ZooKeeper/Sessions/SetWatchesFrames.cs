using System.Text;
using Hermes.ZooKeeper.Protocol;
using Hermes.ZooKeeper.Watching;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>Opcode 105 or, without persistent watches, 101: the last zxid seen, and the paths of each kind of watch. Cut
/// into as many frames as their size wants, all of them with the same zxid.</summary>
internal static class SetWatchesFrames
{
    private const int MaxPathBytes = 128 * 1024; // far below the server's limit of a frame
    private static readonly int Kinds = 5;

    /// <returns>How many frames were written: each has a reply.</returns>
    public static int Write(JuteWriter writer, WatchesToRestore watches, long lastZxid, Func<string, string> toServer)
    {
        List<string>[] kinds = [watches.Data, watches.Existence, watches.Children, watches.Persistent, watches.Recursive];
        var chunk = NewChunk();
        var (size, frames) = (0, 0);
        for (var kind = 0; kind < Kinds; kind++)
        {
            foreach (var local in kinds[kind])
            {
                var path = toServer(local);
                chunk[kind].Add(path);
                size += Encoding.UTF8.GetByteCount(path) + 4;
                if (size < MaxPathBytes)
                    continue;
                WriteFrame(writer, chunk, lastZxid);
                (chunk, size, frames) = (NewChunk(), 0, frames + 1);
            }
        }
        if (size == 0)
            return frames;
        WriteFrame(writer, chunk, lastZxid);
        return frames + 1;
    }

    private static List<string>[] NewChunk() => [[], [], [], [], []];

    private static void WriteFrame(JuteWriter writer, List<string>[] chunk, long lastZxid)
    {
        var hasPersistent = chunk[3].Count + chunk[4].Count > 0;
        var start = writer.BeginFrame();
        writer.Int(Xid.SetWatches);
        writer.Int((int)(hasPersistent ? OpCode.SetWatches2 : OpCode.SetWatches));
        writer.Long(lastZxid);
        foreach (var paths in hasPersistent ? chunk : chunk[..3])
        {
            writer.Int(paths.Count);
            paths.ForEach(writer.String);
        }
        writer.EndFrame(start);
    }
}
