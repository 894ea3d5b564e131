using System.Buffers;
using System.Globalization;
using System.Text;

namespace Hermes.Delivery.Filtering;

/// <summary>Translates regular expressions from Java's dialect, in which subscriptions write them.</summary>
/// <remarks>
/// Differences that are levelled: <c>\d \w \s</c> are ASCII alone; <c>.</c> leaves out all of Java's ends of lines; <c>\h \R</c> and
/// <c>\v</c> as a class; <c>\p{Alpha}</c> and the other POSIX classes; <c>\p{IsAlphabetic}</c> and its like; <c>\Q…\E</c>;
/// <c>\x{h…}</c>; possessive quantifiers. Refused by name: intersections and nested sets in a class, <c>\X \G \N</c>, other <c>\p{java…}</c>.
/// </remarks>
internal sealed partial class JavaPattern
{
    private const string LineEnds = @"\n\r\u0085\u2028\u2029";

    private static readonly SearchValues<char> FlagCharacters = SearchValues.Create("idmsuxU-");
    private readonly string _from;
    private readonly StringBuilder _to = new();
    private readonly Stack<(int Begin, bool DotTakesAll)> _groups = new();
    private int _at;
    private int _atom = -1; // where the last thing that a quantifier could follow begins in what is written
    private bool _dotTakesAll;

    private JavaPattern(string pattern) => _from = pattern;

    /// <exception cref="FormatException">The pattern uses what is not known here; says what.</exception>
    public static string Translate(string pattern)
    {
        var translation = new JavaPattern(pattern);
        while (translation._at < pattern.Length) translation.Next();
        return translation._to.ToString();
    }

    private void Next()
    {
        var character = _from[_at];
        switch (character)
        {
            case '\\':
                Escape();
                break;
            case '[':
                Atom(Set());
                break;
            case '(':
                Open();
                break;
            case ')':
                _at++;
                _to.Append(')');
                (_atom, _dotTakesAll) = _groups.TryPop(out var opened) ? opened : (-1, _dotTakesAll);
                break;
            case '.':
                _at++;
                Atom(_dotTakesAll ? @"[\s\S]" : $"[^{LineEnds}]");
                break;
            case '*' or '+' or '?':
                _at++;
                Quantifier(character.ToString());
                break;
            case '{' when _atom >= 0 && _from.IndexOf('}', _at) is > 0 and var end:
                var text = _from[_at..(end + 1)];
                _at = end + 1;
                Quantifier(text);
                break;
            case '|' or '^' or '$':
                _at++;
                _to.Append(character);
                _atom = -1;
                break;
            default:
                _at++;
                Atom(character.ToString());
                break;
        }
    }

    private void Atom(string text)
    {
        _atom = _to.Length;
        _to.Append(text);
    }

    private void Quantifier(string quantifier)
    {
        var suffix = _at < _from.Length ? _from[_at] : '\0';
        if (suffix == '+' && _atom >= 0)
        {
            _at++;
            _to.Insert(_atom, "(?>").Append(quantifier).Append(')'); // possessive: it gives nothing back
        }
        else
        {
            _to.Append(quantifier);
            if (suffix == '?')
            {
                _at++;
                _to.Append('?');
            }
        }

        _atom = -1;
    }

    private void Open()
    {
        _groups.Push((_to.Length, _dotTakesAll));
        _atom = -1;
        var rest = _from.AsSpan(_at + 1);
        if (rest.IsEmpty || rest[0] != '?')
        {
            Copy(1);
            return;
        }

        var flags = rest[1..Math.Max(rest[1..].IndexOfAnyExcept(FlagCharacters) + 1, 1)];
        if (flags.Length > 0 && rest[1 + flags.Length] is ')' or ':') Flags(flags.ToString());
        else if (rest.Length > 2 && rest[1] == '<' && rest[2] is not ('=' or '!')) Copy(2 + Math.Max(rest.IndexOf('>'), 1));
        else Copy(rest.Length > 1 && rest[1] == '<' ? 4 : 3);
    }

    private void Copy(int count)
    {
        count = Math.Min(count, _from.Length - _at);
        _to.Append(_from, _at, count);
        _at += count;
    }

    // (?flags) to the end of the group around it, or (?flags:…) for a group of its own.
    private void Flags(string flags)
    {
        var minus = flags.IndexOf('-', StringComparison.Ordinal) is >= 0 and var at ? at : flags.Length;
        if (flags[..minus].Contains('x', StringComparison.Ordinal)) throw Unknown("the flag x");
        if (flags.Contains('s', StringComparison.Ordinal)) _dotTakesAll = flags.IndexOf('s', StringComparison.Ordinal) < minus;
        // d, u and U are of Java alone: other ends of lines, and letter case and classes beyond ASCII.
        var kept = string.Concat(flags.Where(flag => flag is 'i' or 'm' or 's' or '-')).TrimEnd('-');
        _at += 2 + flags.Length;
        var isGroup = _from[_at++] == ':';
        if (isGroup) _to.Append(kept.Length > 0 ? $"(?{kept}:" : "(?:");
        else _groups.Pop();
        if (!isGroup && kept.Length > 0) _to.Append($"(?{kept})");
    }

    private void Escape()
    {
        if (_at + 1 >= _from.Length) throw Unknown(@"a \ at its end");
        var character = _from[_at + 1];
        if (character == 'Q')
        {
            Quote();
            return;
        }

        if (Class() is { } set)
        {
            Atom($"[{set}]");
            return;
        }

        _at += 2;
        switch (character)
        {
            case 'R':
                Atom(@"(?:\r\n|[\n\x0B\f\r\u0085\u2028\u2029])");
                break;
            case 'b' or 'B' or 'A' or 'z' or 'Z':
                _to.Append('\\').Append(character);
                _atom = -1;
                break;
            case 'k' when _from.IndexOf('>', _at) is > 0 and var end:
                Atom(@"\k" + _from[_at..(end + 1)]);
                _at = end + 1;
                break;
            case >= '1' and <= '9':
                Atom($@"\{character}");
                break;
            default:
                _at -= 2;
                Atom(Character());
                break;
        }
    }

    private void Quote()
    {
        var end = _from.IndexOf(@"\E", _at + 2, StringComparison.Ordinal);
        var text = _from[(_at + 2)..(end < 0 ? _from.Length : end)];
        foreach (var character in text) Atom(Literal(character));
        _at = end < 0 ? _from.Length : end + 2;
    }

    private static string Literal(char character) => char.IsAsciiLetterOrDigit(character) ? character.ToString() : $@"\u{(int)character:X4}";

    /// <summary>A character that stands behind a backslash.</summary>
    private string Character()
    {
        if (_at + 1 >= _from.Length) throw Unknown(@"a \ at its end");
        var character = _from[_at + 1];
        _at += 2;
        switch (character)
        {
            case 'x' when _at < _from.Length && _from[_at] == '{' && _from.IndexOf('}', _at) is > 0 and var end:
                var point = int.TryParse(_from.AsSpan((_at + 1)..end), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code) ? code : -1;
                _at = end + 1;
                return point is >= 0 and <= char.MaxValue ? Literal((char)point) : throw Unknown(@"\x{…} beyond \uFFFF");
            case 'x':
                return Hexadecimal(2);
            case 'u':
                return Hexadecimal(4);
            case '0':
                var digits = 0;
                while (digits < 3 && _at + digits < _from.Length && _from[_at + digits] is >= '0' and <= '7') digits++;
                if (digits == 0) throw Unknown(@"\0 without digits");
                var octal = Convert.ToInt32(_from.Substring(_at, digits), 8);
                _at += digits;
                return Literal((char)octal);
            case 'c' when _at < _from.Length:
                return Literal((char)(_from[_at++] ^ 64));
            case 't' or 'n' or 'r' or 'f' or 'a' or 'e':
                return $@"\{character}";
            case var letter when char.IsAsciiLetterOrDigit(letter):
                throw Unknown($@"\{letter}");
            default:
                return Literal(character);
        }
    }

    private string Hexadecimal(int digits)
    {
        if (_at + digits > _from.Length || !ushort.TryParse(_from.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            throw Unknown($@"a hexadecimal escape without its {digits} digits");
        _at += digits;
        return Literal((char)code);
    }

    private static FormatException Unknown(string what) => new($"the pattern has {what}, which is not known here");
}
