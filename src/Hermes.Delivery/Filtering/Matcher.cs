using System.Text.RegularExpressions;

namespace Hermes.Delivery.Filtering;

/// <summary>A regular expression of Java's dialect that has to match a whole text.</summary>
/// <remarks>Where the pattern allows it, matching takes time in proportion to the text. Look-around, references back and possessive
/// quantifiers do not allow it; then a time-out ends what runs away.</remarks>
internal sealed class Matcher
{
    /// <summary>A pattern of a subscription must not hold a thread: what takes longer than this counts as failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private readonly Regex _pattern;

    /// <exception cref="ArgumentException">The pattern cannot be read; says why.</exception>
    /// <exception cref="FormatException">It uses what is not known here; says what.</exception>
    public Matcher(string pattern)
    {
        var translated = $@"\A(?:{JavaPattern.Translate(pattern)})\z";
        try
        {
            _pattern = new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Patience);
        }
        catch (NotSupportedException)
        {
            _pattern = new Regex(translated, RegexOptions.CultureInvariant, Patience);
        }
    }

    /// <exception cref="RegexMatchTimeoutException">It took too long.</exception>
    public bool Matches(string text) => _pattern.IsMatch(text);

    /// <summary>Whether all values match, or any; none at all do not.</summary>
    public bool Matches(IReadOnlyList<string?> values, bool any)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (Matches(values[i] ?? "null") == any) return any;
        }

        return !any && values.Count > 0;
    }
}
