namespace Hermes.KafkaEmulator.Logs;

/// <summary>Bytes of a log, valid until disposed: a view of a segment in memory, or a rented buffer read from its file.</summary>
internal readonly record struct LogBytes(ReadOnlyMemory<byte> Memory, IDisposable? Rented) : IDisposable
{
    public void Dispose() => Rented?.Dispose();
}
