using System.Text.RegularExpressions;

namespace Hermes.Delivery.Filtering;

/// <summary>A regular expression that has to match a whole text.</summary>
internal sealed class Matcher
{
    // A pattern of a subscription must not hold a thread: what takes longer than this counts as not matching.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private readonly Regex _pattern;

    /// <exception cref="ArgumentException">The pattern cannot be read.</exception>
    public Matcher(string pattern) => _pattern = new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, Patience);

    public bool Matches(string text) => _pattern.IsMatch(text);
}
