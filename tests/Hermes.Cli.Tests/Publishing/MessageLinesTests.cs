using System.Text;
using Hermes.Cli.Publishing;

namespace Hermes.Cli.Tests.Publishing;

public sealed class MessageLinesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "1:a")]
    [InlineData("a\nb\n", "1:a 2:b")]
    [InlineData("a\r\n\r\n  \nb", "1:a 4:b")]
    [InlineData("\uFEFFa\nb", "1:a 2:b")]
    public async Task Numbers_the_lines_and_leaves_blank_ones_out(string text, string expected)
    {
        var lines = new List<string>();
        await foreach (var (number, line) in MessageLines.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken))
            lines.Add($"{number}:{Encoding.UTF8.GetString(line)}");
        Assert.Equal(expected, string.Join(' ', lines));
    }

    [Fact]
    public async Task Reads_a_line_longer_than_any_buffer()
    {
        var text = new string('x', 300_000);
        await foreach (var (_, line) in MessageLines.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text + "\ny")), TestContext.Current.CancellationToken))
        {
            Assert.Equal(text.Length, line.Length);
            break;
        }
    }
}
