using System.Text;

namespace Hermes.Cli;

/// <summary>What a command reads from and writes to.</summary>
/// <param name="Input">Standard input, as bytes.</param>
/// <param name="Output">Standard output: results, and nothing else.</param>
/// <param name="Error">Standard error: reasons and notes.</param>
/// <param name="Width">Columns of a real terminal; <see langword="null"/> where the output goes elsewhere and nothing may be cut.</param>
/// <param name="Redraws">Whether standard error is a real terminal, on which a line may be drawn over.</param>
internal sealed record Terminal(Stream Input, TextWriter Output, TextWriter Error, int? Width, bool Redraws = false)
{
    /// <summary>The clock on the wall, against which a command judges what it finds.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static Terminal OfProcess() => new(
        Console.OpenStandardInput(),
        new StreamWriter(Console.OpenStandardOutput(), Utf8) { AutoFlush = true },
        // Several threads may report at once.
        TextWriter.Synchronized(new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true }),
        Console.IsOutputRedirected ? null : Math.Max(40, Console.WindowWidth),
        Redraws: !Console.IsErrorRedirected);
}
