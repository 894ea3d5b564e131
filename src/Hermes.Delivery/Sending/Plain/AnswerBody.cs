namespace Hermes.Delivery.Sending.Plain;

/// <summary>Finds the end of an answer's body, whose contents nobody wants. It is fed what comes, in whatever pieces.</summary>
internal struct AnswerBody
{
    private const int MostDigits = 15; // of a chunk's size: no endpoint has a chunk of an exabyte
    private Step _step;
    private long _left;
    private int _digits;

    private enum Step
    {
        Done,
        Endless,
        Bytes,
        Size,
        Extension,
        Chunk,
        ChunkEnd,
        Trailers,
        Trailer,
    }

    /// <summary>It ends with the connection, or nobody can tell where.</summary>
    public static AnswerBody UntilClosed => new() { _step = Step.Endless };

    /// <summary>Whether it has ended, and the connection is free for another exchange.</summary>
    public readonly bool IsOver => _step is Step.Done;

    /// <summary>Whether the connection has to be closed: no end can be found.</summary>
    public readonly bool IsEndless => _step is Step.Endless;

    /// <summary>It has so many bytes.</summary>
    public static AnswerBody Of(long length) => new() { _step = length == 0 ? Step.Done : Step.Bytes, _left = length };

    /// <summary>It comes in chunks, each with its size before it.</summary>
    public static AnswerBody InChunks() => new() { _step = Step.Size };

    /// <summary>Takes what has come.</summary>
    /// <returns>How many of the bytes belong to it; fewer than given only when it is over, or endless.</returns>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && !IsOver && !IsEndless)
        {
            if (_step is Step.Bytes or Step.Chunk)
            {
                var taken = (int)Math.Min(_left, bytes.Length - at);
                (at, _left) = (at + taken, _left - taken);
                if (_left == 0) _step = _step is Step.Bytes ? Step.Done : Step.ChunkEnd;
            }
            else
            {
                _step = After(bytes[at++]);
            }
        }
        return at;
    }

    private Step After(byte next) => _step switch
    {
        Step.Size => AfterSize(next),
        // Anything up to the line's end; how much of it is borne is the reader's to say.
        Step.Extension => next == '\n' ? AfterSizeLine() : Step.Extension,
        Step.ChunkEnd => AfterChunk(next),
        Step.Trailers => next switch
        {
            (byte)'\n' => Step.Done,
            (byte)'\r' => Step.Trailers,
            _ => Step.Trailer,
        },
        _ => next == '\n' ? Step.Trailers : Step.Trailer,
    };

    private Step AfterSize(byte next)
    {
        if (char.IsAsciiHexDigit((char)next))
        {
            _left = (_left << 4) + (next <= '9' ? next - '0' : (next | 0x20) - 'a' + 10);
            return ++_digits > MostDigits ? Step.Endless : Step.Size;
        }
        if (_digits == 0) return Step.Endless;
        return next switch
        {
            (byte)'\n' => AfterSizeLine(),
            (byte)'\r' or (byte)';' or (byte)' ' or (byte)'\t' => Step.Extension,
            _ => Step.Endless,
        };
    }

    private Step AfterSizeLine()
    {
        _digits = 0;
        return _left == 0 ? Step.Trailers : Step.Chunk;
    }

    private Step AfterChunk(byte next)
    {
        if (next == '\r' && _digits == 0)
        {
            _digits = 1; // once
            return Step.ChunkEnd;
        }
        _digits = 0;
        return next == '\n' ? Step.Size : Step.Endless;
    }
}
