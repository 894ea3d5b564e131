using Hermes.Cli.Endpoint;

namespace Hermes.Cli.Tests.Endpoint;

public sealed class AnswerScriptTests
{
    [Theory]
    [InlineData("200", "200 200 200")]
    [InlineData("503:2,200", "503 503 200 200 200")]
    [InlineData("503:1,429:2", "503 429 429 200")]
    public void Answers_by_the_order_of_arrival(string text, string expected)
    {
        Assert.True(AnswerScript.TryParse(text, out var script, out _));
        var statuses = expected.Split(' ').Select((_, i) => script.StatusFor(i));
        Assert.Equal(expected, string.Join(' ', statuses));
    }

    [Theory, InlineData(""), InlineData("abc"), InlineData("100"), InlineData("600"), InlineData("200,503"), InlineData("503:0,200"), InlineData("503:x"), InlineData("503:-1")]
    public void Refuses_what_is_no_script_with_a_reason(string text)
    {
        Assert.False(AnswerScript.TryParse(text, out _, out var fault));
        Assert.NotEmpty(fault);
    }
}
