using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Hermes.Cli.Publishing;

/// <summary>The lines of a stream as bytes, with their numbers from 1. Blank ones are left out.</summary>
internal static class MessageLines
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static async IAsyncEnumerable<(long Number, byte[] Line)> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        long number = 0;
        try
        {
            while (true)
            {
                var read = await pipe.ReadAsync(cancellationToken);
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    if (Trimmed(rest.Slice(0, end), ++number) is { Length: > 0 } line)
                        yield return (number, line);
                    rest = rest.Slice(rest.GetPosition(1, end));
                }
                if (read.IsCompleted)
                {
                    if (Trimmed(rest, ++number) is { Length: > 0 } last)
                        yield return (number, last);
                    yield break;
                }
                pipe.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private static byte[] Trimmed(ReadOnlySequence<byte> line, long number)
    {
        var bytes = line.ToArray().AsSpan();
        if (number == 1 && bytes.StartsWith(ByteOrderMark))
            bytes = bytes[ByteOrderMark.Length..];
        return bytes.Trim(" \t\r"u8).ToArray();
    }
}
