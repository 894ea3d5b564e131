using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Hermes.KafkaEmulator.Logs;

/// <summary>
/// An append-only file of small entries from which a state is rebuilt: topics and their settings, producers, committed offsets. Each entry
/// is its length, its CRC-32C and its bytes. An entry has reached the operating system when <see cref="Append"/> returns, so it outlives
/// the process, not a power cut. A torn tail is cut off when the file is opened. Without a path nothing is kept.
/// </summary>
/// <remarks>
/// Entries are facts in the order in which they came ("this key has this value", "this key is gone"): applying them from the start
/// gives the state. When the file has grown far beyond the state, it is replaced by a fresh one that holds only the state.
/// Callers serialize their own changes: state and journal are changed under one lock.
/// </remarks>
internal sealed class Journal : IDisposable
{
    private const int HeaderSize = 8;
    private const long SmallestWorthRewriting = 4 * 1024 * 1024;

    private readonly string? _path;
    private readonly Func<IEnumerable<byte[]>> _state;
    private SafeFileHandle? _file;
    private long _length;
    private long _rewriteAt = SmallestWorthRewriting;

    /// <summary>Opens the file and hands its entries over, oldest first.</summary>
    /// <param name="path">The file; null keeps nothing.</param>
    /// <param name="apply">Takes one entry.</param>
    /// <param name="state">Gives entries that make the present state, for the fresh file.</param>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public Journal(string? path, Action<ReadOnlySpan<byte>> apply, Func<IEnumerable<byte[]>> state)
    {
        (_path, _state) = (path, state);
        if (path is null)
            return;
        _file = Open(path, FileMode.OpenOrCreate);
        try
        {
            _length = Replay(_file, apply);
            RandomAccess.SetLength(_file, _length);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Adds one entry.</summary>
    /// <exception cref="IOException">It could not be written: the change must not be acknowledged.</exception>
    public void Append(ReadOnlySpan<byte> entry)
    {
        if (_file is null)
            return;
        // Before the entry is added: it holds whether the caller's state has the change already or not yet.
        if (_length > _rewriteAt)
            Rewrite();
        _length = Write(_file!, _length, entry);
    }

    public void Dispose() => _file?.Dispose();

    private static SafeFileHandle Open(string path, FileMode mode) => File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read);

    private static long Replay(SafeFileHandle file, Action<ReadOnlySpan<byte>> apply)
    {
        var bytes = new byte[RandomAccess.GetLength(file)];
        for (var read = 0; read < bytes.Length;)
        {
            var got = RandomAccess.Read(file, bytes.AsSpan(read), read);
            if (got == 0)
                throw new IOException("The journal shrank while it was read.");
            read += got;
        }

        var at = 0;
        while (bytes.Length - at >= HeaderSize)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            if (length < 0 || length > bytes.Length - at - HeaderSize)
                break;
            var entry = bytes.AsSpan(at + HeaderSize, length);
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4)) != Crc32C.Of(entry))
                break;
            apply(entry);
            at += HeaderSize + length;
        }

        return at;
    }

    private static long Write(SafeFileHandle file, long at, ReadOnlySpan<byte> entry)
    {
        var size = HeaderSize + entry.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer, entry.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(4), Crc32C.Of(entry));
            entry.CopyTo(buffer.AsSpan(HeaderSize));
            RandomAccess.Write(file, buffer.AsSpan(0, size), at);
            return at + size;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Rewrite()
    {
        // Under another name until it is whole: a kill in between leaves the old file as it was.
        var fresh = _path + ".new";
        var file = Open(fresh, FileMode.Create);
        var length = 0L;
        try
        {
            foreach (var entry in _state())
                length = Write(file, length, entry);
            File.Move(fresh, _path!, overwrite: true);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        _file!.Dispose();
        (_file, _length) = (file, length);
        _rewriteAt = Math.Max(SmallestWorthRewriting, length * 4);
    }
}
