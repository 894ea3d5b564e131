using System.Buffers.Text;
using System.Globalization;

namespace Hermes.Shared.Avro;

/// <summary>Floating point numbers as Java writes them: the fewest digits that tell the number from its neighbours, at least one behind
/// the point, and an exponent from 10^7 on and below 10^-3. What is no number stands in quotes.</summary>
internal static class JavaNumber
{
    /// <summary>The most bytes that a number takes.</summary>
    public const int Longest = 32;

    public static int Format(double value, Span<byte> to)
    {
        if (!double.IsFinite(value))
            return NoNumber(value, to);
        Span<byte> shortest = stackalloc byte[Longest];
        value.TryFormat(shortest, out var count, default, CultureInfo.InvariantCulture);
        return LayOut(shortest[..count], to);
    }

    public static int Format(float value, Span<byte> to)
    {
        if (!float.IsFinite(value))
            return NoNumber(value, to);
        Span<byte> shortest = stackalloc byte[Longest];
        value.TryFormat(shortest, out var count, default, CultureInfo.InvariantCulture);
        return LayOut(shortest[..count], to);
    }

    private static int NoNumber(double value, Span<byte> to)
    {
        var text = double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8;
        text.CopyTo(to);
        return text.Length;
    }

    /// <summary>From any notation of the fewest digits to Java's.</summary>
    private static int LayOut(ReadOnlySpan<byte> text, Span<byte> to)
    {
        Span<byte> digits = stackalloc byte[Longest];
        var (count, exponent, at) = (0, 0, 0); // the number is 0.DIGITS times ten to the exponent
        if (text[0] == '-')
        {
            to[at++] = (byte)'-';
            text = text[1..];
        }
        if (text.IndexOf((byte)'E') is >= 0 and var e)
        {
            exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }
        var point = text.IndexOf((byte)'.');
        exponent += point < 0 ? text.Length : point;
        foreach (var character in text)
        {
            if (character == '.')
                continue;
            if (count == 0 && character == '0')
                exponent--; // a zero in front
            else
                digits[count++] = character;
        }
        while (count > 0 && digits[count - 1] == '0')
            count--;
        if (count == 0)
            (digits[0], count, exponent) = ((byte)'0', 1, 1);
        return at + (exponent is > -3 and <= 7 ? Plain(digits[..count], exponent, to[at..]) : Scientific(digits[..count], exponent, to[at..]));
    }

    private static int Plain(ReadOnlySpan<byte> digits, int exponent, Span<byte> to)
    {
        var at = 0;
        for (var i = Math.Min(exponent, 1) - 1; i < Math.Max(digits.Length, exponent + 1); i++)
        {
            if (i == exponent)
                to[at++] = (byte)'.';
            to[at++] = i >= 0 && i < digits.Length ? digits[i] : (byte)'0';
        }
        return at;
    }

    private static int Scientific(ReadOnlySpan<byte> digits, int exponent, Span<byte> to)
    {
        (to[0], to[1], to[2]) = (digits[0], (byte)'.', (byte)'0');
        digits[1..].CopyTo(to[2..]);
        var at = Math.Max(digits.Length + 1, 3);
        to[at++] = (byte)'E';
        Utf8Formatter.TryFormat(exponent - 1, to[at..], out var count);
        return at + count;
    }
}
