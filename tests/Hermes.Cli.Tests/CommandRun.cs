using System.Text;
using System.Text.Json.Nodes;

namespace Hermes.Cli.Tests;

/// <summary>One run of the command in this process, and what came of it.</summary>
internal sealed record CommandRun(int Code, string Output, string Error)
{
    public JsonNode Json => JsonNode.Parse(Output)!;

    public static Task<CommandRun> OfAsync(params string[] arguments) => WithInputAsync("", arguments);

    public static async Task<CommandRun> WithInputAsync(string input, string[] arguments, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(new MemoryStream(Encoding.UTF8.GetBytes(input)), output, TextWriter.Synchronized(error), Width: null) { Clock = clock ?? TimeProvider.System };
        var code = await HermesCommand.RunAsync(arguments, terminal, cancellationToken);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Demands success.</summary>
    public CommandRun Succeeded()
    {
        Assert.True(Code == ExitCode.Ok, $"Exit code {Code}: {Error}");
        return this;
    }

    /// <summary>Demands this end, with a text on standard error.</summary>
    public CommandRun Failed(int code, string because)
    {
        Assert.Equal(code, Code);
        Assert.True(Error.Contains(because, StringComparison.Ordinal), $"'{because}' is not in: {Error}");
        return this;
    }
}
