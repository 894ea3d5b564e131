using Hermes.ZooKeeper.Protocol;
using Hermes.ZooKeeper.Watching;

namespace Hermes.ZooKeeper.Calls;

/// <summary>What requests need to know of the client: its chroot, its rights, its watches.</summary>
internal sealed record WireContext(string Chroot, IReadOnlyList<AclEntry> DefaultAcl, WatchTable Watches)
{
    public void WritePath(JuteWriter writer, string path)
    {
        if (path.Length == 1 && Chroot.Length > 0)
            writer.String(Chroot);
        else
            writer.String(Chroot, path);
    }

    /// <summary>A path as the server names it, as the caller does. A path outside the chroot stays as it is.</summary>
    public string ToLocal(string path)
    {
        if (Chroot.Length == 0 || !path.StartsWith(Chroot, StringComparison.Ordinal))
            return path;
        if (path.Length == Chroot.Length)
            return "/";
        return path[Chroot.Length] == '/' ? path[Chroot.Length..] : path;
    }
}
