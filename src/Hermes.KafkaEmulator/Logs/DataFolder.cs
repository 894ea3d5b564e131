namespace Hermes.KafkaEmulator.Logs;

/// <summary>The folder that keeps everything over restarts, held by one process at a time; or none, and nothing is kept.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly string? _path;
    private readonly FileStream? _lock;

    /// <summary>Takes the folder, and makes it where there is none.</summary>
    /// <exception cref="IOException">It cannot be used, or another emulator uses it.</exception>
    public DataFolder(string? path)
    {
        _path = path;
        ClusterId = NewClusterId();
        if (path is null)
            return;
        Directory.CreateDirectory(path);
        // The system lets go of it when the process ends, however it ends.
        _lock = new FileStream(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            ClusterId = KeptClusterId(Path.Combine(path, "cluster.id"), ClusterId);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>The name of the cluster, the same over restarts.</summary>
    public string ClusterId { get; }

    /// <summary>The path of a file in it; null when nothing is kept.</summary>
    public string? File(string name) => _path is null ? null : Path.Combine(_path, name);

    public void Dispose() => _lock?.Dispose();

    private static string NewClusterId() =>
        Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string KeptClusterId(string path, string fresh)
    {
        if (System.IO.File.Exists(path) && System.IO.File.ReadAllText(path).Trim() is { Length: > 0 } kept)
            return kept;
        System.IO.File.WriteAllText(path, fresh);
        return fresh;
    }
}
