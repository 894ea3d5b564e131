namespace Hermes.Delivery.Tls;

/// <summary>Notices that small files changed, by what is in them: their times do not tell when a link above them was moved.</summary>
internal sealed class FileChanges : IDisposable
{
    private readonly IReadOnlyList<string> _files;
    private readonly Action _changed;
    private readonly ITimer? _timer;
    private byte[] _seen;
    private int _looking;

    /// <param name="files">What to look at; with none, it never looks.</param>
    /// <param name="interval">How often.</param>
    /// <param name="changed">Called on a thread of the pool, never twice at once; must not throw.</param>
    /// <param name="clock">Tells when.</param>
    public FileChanges(IReadOnlyList<string> files, TimeSpan interval, Action changed, TimeProvider clock)
    {
        (_files, _changed) = (files, changed);
        _seen = Print();
        if (files.Count > 0) _timer = clock.CreateTimer(static state => ((FileChanges)state!).Look(), this, interval, interval);
    }

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        if (Interlocked.Exchange(ref _looking, 1) != 0) return;
        try
        {
            var now = Print();
            if (now.AsSpan().SequenceEqual(_seen)) return;
            _seen = now;
            _changed();
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private byte[] Print()
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        foreach (var file in _files)
        {
            try
            {
                hash.AppendData(File.ReadAllBytes(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                hash.AppendData("unreadable"u8); // half written or just being replaced: whoever reads it says why
            }

            hash.AppendData([0]);
        }

        return hash.GetHashAndReset();
    }
}
