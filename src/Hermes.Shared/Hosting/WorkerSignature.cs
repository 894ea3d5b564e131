using System.Text;

namespace Hermes.Shared.Hosting;

/// <summary>What a worker writes into the nodes that show that it is there: who it is, and of which version, for people and for
/// <c>hermes doctor</c>. Hermes's own consumers write an address there, which nobody reads.</summary>
public static class WorkerSignature
{
    private const string Product = "hermes-workers/";

    /// <summary>The version of this process: three numbers.</summary>
    public static string Version { get; } = typeof(WorkerSignature).Assembly.GetName().Version!.ToString(3);

    /// <summary>Of this process: <c>machine/1234 hermes-workers/0.1.0</c>.</summary>
    public static string Text { get; } = $"{WorkerHost.Worker} {Product}{Version}";

    /// <summary>What such a text tells: the machine and process (a <see cref="Fleet.PresentWorker.Id"/>), and the version; neither where it is
    /// another's.</summary>
    public static (string? Worker, string? Version) Read(ReadOnlySpan<byte> text)
    {
        var words = Encoding.UTF8.GetString(text);
        return words.LastIndexOf($" {Product}", StringComparison.Ordinal) is var at and >= 0 ? (words[..at], words[(at + 1 + Product.Length)..]) : default;
    }
}
