using System.Buffers;
using System.Text;

namespace Hermes.Delivery.Sending.Plain;

/// <summary>Reads the head of an answer as it comes, line by line, and what it says of the body. Each byte is looked at once, however
/// small the pieces are in which it comes.</summary>
/// <remarks>By RFC 9112. A head that is no head is malformed. One that can be read, and that leaves in doubt where its answer ends, still
/// has a status, which counts; but the connection is not used again, so that nobody reads the rest as another's answer.</remarks>
internal struct AnswerHead
{
    private const int EndOfSmallest = 12; // HTTP/1.1 200
    private static readonly SearchValues<byte> NameLetters = SearchValues.Create(
        "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~"u8);

    private readonly bool _wantsPause;
    private int _line;
    private int _seen;
    private bool _hasHeaders;
    private bool _closes;
    private bool _isInDoubt;
    private bool _isChunked;
    private long _length = -1;

    /// <param name="start">Where in the bytes it begins.</param>
    /// <param name="wantsPause">Whether <c>Retry-After</c> is to be kept.</param>
    public AnswerHead(int start, bool wantsPause) => (_line, _seen, _wantsPause) = (start, start, wantsPause);

    /// <summary>The status; 0 until its line has come.</summary>
    public int Status { get; private set; }

    /// <summary>The first <c>Retry-After</c>, where the status may ask for a pause.</summary>
    public string? RetryAfter { get; private set; }

    /// <summary>Where the head ends and what follows begins.</summary>
    public readonly int End => _line;

    /// <summary>Whether another answer follows this one: 100 to 199, but for 101, which nobody has asked for.</summary>
    public readonly bool IsInterim => Status is >= 100 and < 200;

    /// <summary>What comes behind the head.</summary>
    public readonly AnswerBody Body => true switch
    {
        _ when _isInDoubt || (_isChunked && _length >= 0) => AnswerBody.UntilClosed,
        _ when Status is 204 or 304 => _closes ? AnswerBody.UntilClosed : AnswerBody.Of(0),
        _ when _closes => AnswerBody.UntilClosed,
        _ when _isChunked => AnswerBody.InChunks(),
        _ => _length >= 0 ? AnswerBody.Of(_length) : AnswerBody.UntilClosed,
    };

    /// <summary>Reads on.</summary>
    /// <param name="bytes">All that has come so far, from the beginning on.</param>
    public HeadState Read(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var at = bytes[_seen..].IndexOf((byte)'\n');
            if (at < 0)
            {
                _seen = bytes.Length;
                return HeadState.Incomplete;
            }
            var line = bytes[_line..(_seen + at)];
            if (line is [.., (byte)'\r']) line = line[..^1];
            _line = _seen = _seen + at + 1;
            if (Status != 0 && line.IsEmpty) return HeadState.Complete;
            if (line.ContainsAny((byte)'\r', (byte)0) || !(Status == 0 ? TakeStatus(line) : TakeHeader(line))) return HeadState.Malformed;
        }
    }

    private bool TakeStatus(ReadOnlySpan<byte> line)
    {
        if (line.Length < EndOfSmallest || !line.StartsWith("HTTP/1."u8) || !char.IsAsciiDigit((char)line[7]) || line[8] != ' ') return false;
        if (line.Length > EndOfSmallest && line[EndOfSmallest] != ' ') return false;
        var status = 0;
        foreach (var digit in line[9..EndOfSmallest])
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            status = (status * 10) + digit - '0';
        }
        _closes = line[7] == '0'; // HTTP/1.0 keeps nothing open unless it is asked to
        Status = status;
        return status >= 100 && status != 101;
    }

    private bool TakeHeader(ReadOnlySpan<byte> line)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            // A header that goes on in the next line, as it long was: which one does not matter, if it is taken as a doubt.
            _isInDoubt = true;
            return _hasHeaders;
        }
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(NameLetters)) return false;
        _hasHeaders = true;
        var value = line[(colon + 1)..].Trim(" \t"u8);
        switch (colon)
        {
            case 10 when Ascii.EqualsIgnoreCase(line[..10], "connection"u8):
                _closes |= HasClose(value);
                break;
            case 11 when RetryAfter is null && _wantsPause && Answer.MayAskForPause(Status) && Ascii.EqualsIgnoreCase(line[..11], "retry-after"u8):
                RetryAfter = Encoding.Latin1.GetString(value);
                break;
            case 14 when Ascii.EqualsIgnoreCase(line[..14], "content-length"u8):
                TakeLength(value);
                break;
            case 17 when Ascii.EqualsIgnoreCase(line[..17], "transfer-encoding"u8):
                _isInDoubt |= _isChunked || !Ascii.EqualsIgnoreCase(value, "chunked"u8);
                _isChunked = true;
                break;
        }
        return true;
    }

    private void TakeLength(ReadOnlySpan<byte> value)
    {
        var length = 0L;
        foreach (var digit in value)
        {
            _isInDoubt |= !char.IsAsciiDigit((char)digit) || length > long.MaxValue / 10 - 1;
            if (_isInDoubt) return;
            length = (length * 10) + digit - '0';
        }
        _isInDoubt |= value.IsEmpty || (_length >= 0 && _length != length);
        _length = length;
    }

    private static bool HasClose(ReadOnlySpan<byte> value)
    {
        foreach (var part in value.Split((byte)','))
            if (Ascii.EqualsIgnoreCase(value[part].Trim(" \t"u8), "close"u8))
                return true;
        return false;
    }
}
