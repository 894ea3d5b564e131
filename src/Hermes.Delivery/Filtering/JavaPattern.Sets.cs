using System.Globalization;
using System.Text;

namespace Hermes.Delivery.Filtering;

/// <content>Sets of characters, and the classes that stand for some.</content>
internal sealed partial class JavaPattern
{
    // Each as it stands inside a set.
    private static readonly Dictionary<string, string> Classes = new(StringComparer.Ordinal)
    {
        ["Lower"] = "a-z",
        ["Upper"] = "A-Z",
        ["ASCII"] = @"\x00-\x7F",
        ["Alpha"] = "a-zA-Z",
        ["Digit"] = "0-9",
        ["Alnum"] = "a-zA-Z0-9",
        ["Punct"] = @"!-/:-@\[-`{-~",
        ["Graph"] = "!-~",
        ["Print"] = " -~",
        ["Blank"] = @" \t",
        ["Cntrl"] = @"\x00-\x1F\x7F",
        ["XDigit"] = "0-9a-fA-F",
        ["Space"] = @" \t\n\x0B\f\r",
        ["IsAlphabetic"] = @"\p{L}\p{Nl}",
        ["IsLetter"] = @"\p{L}",
        ["IsDigit"] = @"\p{Nd}",
        ["IsUppercase"] = @"\p{Lu}",
        ["IsLowercase"] = @"\p{Ll}",
        ["IsPunctuation"] = @"\p{P}",
        ["IsWhite_Space"] = @"\s",
        ["javaLowerCase"] = @"\p{Ll}",
        ["javaUpperCase"] = @"\p{Lu}",
        ["javaWhitespace"] = @"\s",
        ["IsLatin"] = @"A-Za-zªº\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02B8",
        ["L1"] = @"\x00-\xFF",
    };

    private string Set()
    {
        var to = new StringBuilder("[");
        _at++;
        if (_at < _from.Length && _from[_at] == '^')
        {
            to.Append('^');
            _at++;
        }

        for (var isFirst = true; _at < _from.Length; isFirst = false)
        {
            var character = _from[_at];
            if (character == ']' && !isFirst)
            {
                _at++;
                return to.Append(']').ToString();
            }

            if (character == '[') throw Unknown("a set within a set");
            if (character == '&' && _at + 1 < _from.Length && _from[_at + 1] == '&') throw Unknown("an intersection of sets (&&)");
            if (character != '\\')
            {
                _at++;
                to.Append(character is '-' or '^' or ']' ? (character == '-' ? "-" : $@"\{character}") : character.ToString());
            }
            else if (_at + 1 < _from.Length && _from[_at + 1] == 'Q')
            {
                throw Unknown(@"\Q within a set");
            }
            else
            {
                if (_at + 1 >= _from.Length) throw Unknown(@"a \ at its end");
                to.Append(Class() ?? Character());
            }
        }

        throw Unknown("a set without its end");
    }

    /// <summary>A class such as <c>\d</c> as it stands inside a set, negated ones too; null when there is none here.</summary>
    private string? Class()
    {
        var character = _from[_at + 1];
        var set = char.ToLowerInvariant(character) switch
        {
            'd' => Classes["Digit"],
            'w' => "a-zA-Z0-9_",
            's' => Classes["Space"],
            'h' => @" \t\xA0\u1680\u180E\u2000-\u200A\u202F\u205F\u3000",
            'v' => @"\n\x0B\f\r\u0085\u2028\u2029",
            'p' => Property(out _),
            _ => null,
        };
        if (set is null) return null;
        if (char.ToLowerInvariant(character) == 'p')
        {
            set = Property(out var next);
            _at = next;
        }
        else
        {
            _at += 2;
        }

        return char.IsUpper(character) ? Complement(set) : set;
    }

    private string Property(out int next)
    {
        var name = _at + 2 < _from.Length ? _from.Substring(_at + 2, 1) : "";
        next = _at + 3;
        if (name == "{")
        {
            var end = _from.IndexOf('}', _at);
            if (end < 0) throw Unknown(@"\p{ without its end");
            name = _from[(_at + 3)..end];
            next = end + 1;
        }

        if (Classes.TryGetValue(name, out var set)) return set;
        // Unicode's categories and blocks have the same names in both dialects, but for Is and gc= in front.
        var plain = name.StartsWith("gc=", StringComparison.Ordinal) ? name[3..] : name.StartsWith("Is", StringComparison.Ordinal) && name.Length <= 4 ? name[2..] : name;
        return plain.Length is 1 or 2 ? $@"\p{{{plain}}}" : throw Unknown($@"\p{{{name}}}");
    }

    /// <summary>What a set does not hold, as it stands inside a set.</summary>
    private static string Complement(string set)
    {
        if (set.StartsWith(@"\p{", StringComparison.Ordinal) && set.IndexOf('}', StringComparison.Ordinal) == set.Length - 1) return @"\P" + set[2..];
        if (set == @"\s") return @"\S";
        var result = new StringBuilder();
        var from = 0;
        foreach (var (first, last) in Ranges(set).OrderBy(range => range.First))
        {
            if (first > from) Range(result, from, first - 1);
            from = Math.Max(from, last + 1);
        }

        if (from <= char.MaxValue) Range(result, from, char.MaxValue);
        return result.ToString();
    }

    private static void Range(StringBuilder to, int first, int last) => to.Append(CultureInfo.InvariantCulture, $@"\u{first:X4}-\u{last:X4}");

    private static IEnumerable<(int First, int Last)> Ranges(string set)
    {
        if (set.Contains(@"\p", StringComparison.Ordinal)) throw Unknown("a class that is not one of Unicode's, negated");
        var reader = new JavaPattern(set);
        while (reader._at < set.Length)
        {
            var first = reader.Code();
            var last = first;
            if (reader._at + 1 < set.Length && set[reader._at] == '-')
            {
                reader._at++;
                last = reader.Code();
            }

            yield return (first, last);
        }
    }

    private int Code()
    {
        if (_from[_at] != '\\') return _from[_at++];
        return char.Parse(System.Text.RegularExpressions.Regex.Unescape(Character()));
    }
}
