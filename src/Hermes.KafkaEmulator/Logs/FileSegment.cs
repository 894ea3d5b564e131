using Microsoft.Win32.SafeHandles;

namespace Hermes.KafkaEmulator.Logs;

/// <summary>A segment in a file named after its first offset. A written batch has reached the operating system, so it outlives the
/// process, not a power cut.</summary>
internal sealed class FileSegment : Segment
{
    public const string Extension = ".log";

    private readonly string _path;
    private readonly SafeFileHandle _file;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public FileSegment(string folder, long baseOffset)
        : base(baseOffset)
    {
        _path = Path.Combine(folder, baseOffset.ToString("D20") + Extension);
        _file = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
    }

    /// <summary>Bytes of the file, whole batches or not.</summary>
    public long FileLength => RandomAccess.GetLength(_file);

    public override bool Fits(int size, int segmentBytes) => Size == 0 || (long)Size + size <= segmentBytes;

    public override void Write(ReadOnlySpan<byte> batch) => RandomAccess.Write(_file, batch, Size);

    public override LogBytes Read(int position, int count, int limit)
    {
        var length = Math.Min(count, limit - position);
        var rented = new PooledBytes(length);
        try
        {
            for (var read = 0; read < length;)
            {
                var got = RandomAccess.Read(_file, rented.Array.AsSpan(read, length - read), position + read);
                if (got == 0)
                    throw new IOException($"{_path} ends before {position + length}.");
                read += got;
            }

            return new LogBytes(rented.Array.AsMemory(0, length), rented);
        }
        catch
        {
            rented.Dispose();
            throw;
        }
    }

    /// <summary>Cuts off what stands behind the last whole batch.</summary>
    public void Truncate() => RandomAccess.SetLength(_file, Size);

    public override void Dispose() => _file.Dispose();

    public override void Delete()
    {
        _file.Dispose();
        File.Delete(_path);
    }
}
