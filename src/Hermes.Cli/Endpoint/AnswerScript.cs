using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Hermes.Cli.Endpoint;

/// <summary>Which status each request gets, by its order of arrival: <c>503:2,200</c> is 503 for the first two and 200 from then on.</summary>
internal sealed class AnswerScript
{
    private const int MaxCount = 1_000_000_000;
    private readonly (int Status, int Count)[] _steps;
    private readonly int _last;
    private readonly string _text;

    private AnswerScript((int Status, int Count)[] steps, int last, string text) => (_steps, _last, _text) = (steps, last, text);

    /// <summary>200 for everything.</summary>
    public static AnswerScript Fine { get; } = new([], 200, "200");

    /// <summary>Reads <c>STATUS[:COUNT],…</c>. Only the last step may go without a count; after counted steps alone comes 200.</summary>
    /// <param name="text">The script.</param>
    /// <param name="script">What was read.</param>
    /// <param name="fault">The rule that was broken, with the value.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out AnswerScript? script, [NotNullWhen(false)] out string? fault)
    {
        (script, fault) = (null, null);
        var steps = new List<(int, int)>();
        var parts = text.Split(',');
        var last = 200;
        for (var i = 0; i < parts.Length; i++)
        {
            var colon = parts[i].IndexOf(':', StringComparison.Ordinal);
            var status = colon < 0 ? parts[i] : parts[i][..colon];
            if (!TryNumber(status, 200, 599, out var code))
            {
                fault = $"An answer's status must be a number from 200 to 599, but is '{status}'.";
                return false;
            }
            if (colon >= 0)
            {
                if (!TryNumber(parts[i][(colon + 1)..], 1, MaxCount, out var count))
                {
                    fault = $"An answer's count must be a number from 1 on, but is '{parts[i][(colon + 1)..]}'.";
                    return false;
                }
                steps.Add((code, count));
            }
            else if (i < parts.Length - 1)
            {
                fault = $"Only the last answer may go without a count: '{parts[i]}' stands before others.";
                return false;
            }
            else
            {
                last = code;
            }
        }
        script = new([.. steps], last, text);
        return true;
    }

    /// <summary>The status for a request.</summary>
    /// <param name="number">Its place in the order of arrival, from 0.</param>
    public int StatusFor(long number)
    {
        foreach (var (status, count) in _steps)
        {
            if (number < count)
                return status;
            number -= count;
        }
        return _last;
    }

    /// <summary>The script as it was written.</summary>
    public override string ToString() => _text;

    private static bool TryNumber(string text, int least, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;
}
