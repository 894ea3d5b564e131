using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Hermes.Architecture.Tests;

/// <summary><c>docs/log-events.md</c> lists what the processes may log, as the code has it.</summary>
/// <remarks><c>HERMES_WRITE_DOCS=1</c> writes the page anew in place of the comparison.</remarks>
public sealed class LogEventsPage
{
    private static readonly string[] Assemblies =
        ["Hermes.ZooKeeper", "Hermes.Shared", "Hermes.Delivery", "Hermes.Intake", "Hermes.Worker.Consumer", "Hermes.Worker.Retransmitter", "Hermes.Worker.Janitor"];

    [Fact]
    public void Is_current()
    {
        var path = Path.Combine(Repository.Root, "docs", "log-events.md");
        var page = Write();
        if (Environment.GetEnvironmentVariable("HERMES_WRITE_DOCS") == "1")
            File.WriteAllText(path, page);
        Assert.Equal(page, File.ReadAllText(path));
    }

    [Fact]
    public void No_number_has_two_meanings()
    {
        var doubles = Assemblies.SelectMany(Numbers).GroupBy(n => n.Value).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(n => n.Key))}");
        Assert.Empty(doubles);
    }

    private static string Write()
    {
        var page = new StringBuilder("""
            # Log events

            Written from the code (`HERMES_WRITE_DOCS=1 dotnet run --project tests/Hermes.Architecture.Tests -- -class '*LogEventsPage'`); a test
            holds it current. A retired number never comes again with another meaning. Warning: a person may need to look. Error: someone's work
            did not happen.

            """.ReplaceLineEndings("\n"));
        foreach (var assembly in Assemblies)
        {
            var numbers = Numbers(assembly);
            page.Append('\n').Append($"## {assembly}\n| id | name | level | message |\n| --- | --- | --- | --- |\n");
            var messages = Assembly.Load(assembly).GetTypes()
                .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().ToLookup(m => m.EventId);
            foreach (var (name, number) in numbers.OrderBy(n => n.Value))
            {
                foreach (var message in messages[number].DistinctBy(m => (m.Level, m.Message)).OrderBy(m => m.Message, StringComparer.Ordinal))
                    page.Append($"| {number} | {name} | {message.Level} | {message.Message.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
            }
        }
        return page.ToString();
    }

    private static Dictionary<string, int> Numbers(string assembly) => Assembly.Load(assembly).GetTypes().Where(t => t.Name == "LogEvents")
        .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .ToDictionary(f => f.Name, f => (int)f.GetRawConstantValue()!, StringComparer.Ordinal);
}
