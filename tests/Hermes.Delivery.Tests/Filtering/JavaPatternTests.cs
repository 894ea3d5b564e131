using System.Text.RegularExpressions;
using Hermes.Delivery.Filtering;

namespace Hermes.Delivery.Tests.Filtering;

/// <summary>What a pattern of Java matches, by the documentation of <c>java.util.regex.Pattern</c>.</summary>
public sealed class JavaPatternTests
{
    [Theory]
    [InlineData(@"a.c", "abc", "a\nc", "a\rc", "a\u2028c")]
    [InlineData(@"(?s)a.c", "a\nc")]
    [InlineData(@"(?:(?s).)x.", "\nxa", "axa\n", "ax\n")]
    [InlineData(@"\d+", "0129", "١", "")]
    [InlineData(@"\D", "a", "0")]
    [InlineData(@"[\D]+", "aé", "a0")]
    [InlineData(@"\w+", "aZ_9", "é")]
    [InlineData(@"[\W]", "é", "a")]
    [InlineData(@"\s\S", " a", "\u00A0a", "aa")]
    [InlineData(@"\h", "\u00A0", "\n")]
    [InlineData(@"\v", "\u2028", " ")]
    [InlineData(@"a\Rb", "a\r\nb", "a b")]
    [InlineData(@"\p{Alpha}+", "aZ", "é", "a1")]
    [InlineData(@"\P{Alpha}+", "é1", "a")]
    [InlineData(@"[\p{Upper}\p{Digit}_]+", "A1_", "a")]
    [InlineData(@"\p{Punct}", "[", "a")]
    [InlineData(@"\P{Punct}", "a", "[", "-", "~")]
    [InlineData(@"\p{IsAlphabetic}", "é", "1")]
    [InlineData(@"\p{Lu}\p{L}\pL", "Éab", "éab")]
    [InlineData(@"[^a-c]", "d", "b")]
    [InlineData(@"[a\-z]", "-", "b")]
    [InlineData(@"\Qa.b*\E+", "a.b**", "axb*")]
    [InlineData(@"a*+a", "", "aaa", "a")]
    [InlineData(@"a++b", "aab", "b")]
    [InlineData(@"(ab|a)?+b", "abb", "ab")]
    [InlineData(@"[ab]{2}+c", "abc", "ac")]
    [InlineData(@"a{1,2}", "aa", "aaa")]
    [InlineData(@"(?i)abc", "aBC", "abd")]
    [InlineData(@"a(?i:b)c", "aBc", "aBC")]
    [InlineData(@"(?<x>a)\k<x>", "aa", "a")]
    [InlineData(@"(a)\1", "aa", "ab")]
    [InlineData(@"(?=ab)a.", "ab", "ac")]
    [InlineData(@"(?!ab)a.", "ac", "ab")]
    [InlineData(@"a(?<=a)b", "ab", "b")]
    [InlineData(@"(?>a*)b", "aab", "aa")]
    [InlineData(@"\x41\u0042\x{43}\0104", "ABCD", "abcd")]
    [InlineData(@"\t\$\.\/", "\t$./", "t$./")]
    [InlineData(@"a|b", "b", "ab")]
    [InlineData(@"^a$", "a", "ba")]
    public void Matches_as_in_Java(string pattern, string match, params string[] others)
    {
        var matcher = new Matcher(pattern);
        Assert.Equal(pattern != "a*+a", matcher.Matches(match));
        Assert.All(others, other => Assert.False(matcher.Matches(other), other));
    }

    [Theory]
    [InlineData("[a-z&&[^b]]", "&&")]
    [InlineData("[a[b]]", "a set within a set")]
    [InlineData("[a", "a set without its end")]
    [InlineData(@"\G", @"\G")]
    [InlineData(@"\p{javaMirrored}", "javaMirrored")]
    [InlineData("(?x)a b", "the flag x")]
    [InlineData(@"a\", @"a \")]
    public void What_is_not_known_is_refused_by_name(string pattern, string name) =>
        Assert.Contains(name, Assert.Throws<FormatException>(() => new Matcher(pattern)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("(a")]
    [InlineData("*a")]
    [InlineData("a{2,1}")]
    public void What_is_no_pattern_is_refused(string pattern) => Assert.ThrowsAny<ArgumentException>(() => new Matcher(pattern));

    [Fact]
    public void A_pattern_that_would_run_away_does_not_even_slow_down_where_it_can_be_helped()
    {
        var text = new string('a', 5000);
        Assert.False(new Matcher("(a+)+b").Matches(text));
        // Looking back has to try all ways: the time-out ends that.
        Assert.Throws<RegexMatchTimeoutException>(() => new Matcher(@"(a+)+(?!x)b\1").Matches(text));
    }
}
