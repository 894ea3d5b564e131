namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>A history as bytes: each says what happens next. Behind its end nothing does.</summary>
internal sealed class Script(byte[] bytes)
{
    private int _at;

    public bool IsOver => _at >= bytes.Length;

    /// <summary>The next number below a bound; where there is none any more, the last below it.</summary>
    public int Next(int below) => IsOver ? below - 1 : bytes[_at++] % below;
}
