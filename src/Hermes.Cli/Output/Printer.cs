using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Hermes.Cli.Output;

/// <summary>Writes results: tables for people, JSON for programs.</summary>
internal sealed class Printer(Terminal terminal)
{
    private const int Uncut = 10_000;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A moment as all tables show it: UTC, to the second.</summary>
    public static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    /// <summary>A line of the result.</summary>
    public void Line(string text) => terminal.Output.WriteLine(text);

    /// <summary>Something worth knowing that is not the result; on standard error.</summary>
    public void Note(string text) => terminal.Error.WriteLine($"note: {text}");

    public void Json(JsonNode node) => terminal.Output.WriteLine(node.ToJsonString(Readable));

    /// <summary>A table; where the output is no terminal, without lines and with nothing cut.</summary>
    public void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = terminal.Width is null ? TableBorder.None : TableBorder.Simple, ShowHeaders = headers.Count > 0 };
        var columns = 0;
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(new Text(header)) { NoWrap = terminal.Width is null });
            columns++;
        }
        foreach (var row in rows)
        {
            for (; columns < row.Count; columns++)
                table.AddColumn(new TableColumn("") { NoWrap = terminal.Width is null });
            table.AddRow(row.Select(cell => new Text(cell)));
        }
        Console().Write(table);
    }

    /// <summary>A document, member by member, by the paths that <c>--set</c> takes.</summary>
    public void Members(JsonObject document) =>
        Table(["member", "value"], Flatten("", document).Select(member => (IReadOnlyList<string>)[member.Path, member.Value]));

    private static IEnumerable<(string Path, string Value)> Flatten(string path, JsonNode? node) => node switch
    {
        JsonObject { Count: > 0 } o => o.SelectMany(member => Flatten(path.Length == 0 ? Name(member.Key) : $"{path}{Separated(member.Key)}", member.Value)),
        JsonArray { Count: > 0 } a => a.SelectMany((element, i) => Flatten($"{path}[{i}]", element)),
        JsonValue v when v.GetValueKind() is JsonValueKind.String => [(path, v.ToString())],
        _ => [(path, node?.ToJsonString(Readable) ?? "null")],
    };

    private static string Separated(string key) => IsPlain(key) ? $".{key}" : Name(key);

    private static string Name(string key) => IsPlain(key) ? key : $"[\"{key}\"]";

    private static bool IsPlain(string key) => key.AsSpan().IndexOfAny('.', '[', ']') < 0 && key.Length > 0;

    private IAnsiConsole Console()
    {
        var console = AnsiConsole.Create(new()
        {
            Ansi = terminal.Width is null ? AnsiSupport.No : AnsiSupport.Detect,
            Out = new AnsiConsoleOutput(terminal.Output),
        });
        console.Profile.Width = terminal.Width ?? Uncut;
        return console;
    }
}
