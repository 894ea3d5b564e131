using Hermes.Testing.Processes;

namespace Hermes.Faults.Fleets;

/// <summary>A file system in memory of a few megabytes, for a server's data, that can be filled to its last byte. To mount it needs root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);
    private readonly TemporaryFolder _parent = new();

    private SmallDisk() => Directory.CreateDirectory(Path);

    /// <summary>Where it is mounted.</summary>
    public string Path => _parent.File("disk");

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Mounts one.</summary>
    /// <returns>The disk, or why there can be none here.</returns>
    public static async Task<(SmallDisk? Disk, string? WhyNot)> MountAsync(int megabytes)
    {
        if (!OperatingSystem.IsLinux())
            return (null, "a disk is filled on Linux alone");
        var disk = new SmallDisk();
        await using var mount = ChildProcess.Start("mount", ["-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", disk.Path]);
        if (await mount.WhenExitedAsync(Budget) == 0)
            return (disk, null);
        disk._parent.Dispose();
        return (null, $"a small disk cannot be mounted: {mount.Output.Trim()}");
    }

    /// <summary>Leaves no room at all.</summary>
    public void Fill()
    {
        var block = new byte[64 * 1024];
        foreach (var size in new[] { block.Length, 4096, 1 })
        {
            using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
            try
            {
                while (true)
                    filler.Write(block.AsSpan(0, size));
            }
            catch (IOException) { } // no room for this much
        }
    }

    /// <summary>Makes room again.</summary>
    public void Empty() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        await using (var unmount = ChildProcess.Start("umount", ["-l", Path]))
            await unmount.WhenExitedAsync(Budget);
        _parent.Dispose();
    }
}
