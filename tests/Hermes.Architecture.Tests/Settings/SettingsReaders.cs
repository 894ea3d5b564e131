using Hermes.Testing.Processes;

namespace Hermes.Architecture.Tests.Settings;

/// <summary>Which programs read a section: each is started with a setting of the section that there is none of, and names those that it checks.</summary>
internal static class SettingsReaders
{
    private const string NoSetting = "ThereIsNoSuchSetting";

    private static readonly (string Name, string Program)[] Workers =
        [("consumer", "Hermes.Worker.Consumer"), ("retransmitter", "Hermes.Worker.Retransmitter"), ("janitor", "Hermes.Worker.Janitor")];

    /// <returns>For each section, its readers.</returns>
    public static async Task<ILookup<string, string>> FindAsync(IReadOnlyCollection<string> sections)
    {
        var wrong = sections.Select(section => $"{section}:{NoSetting}=1").ToList();
        var programs = Workers.Select(w => (w.Name, w.Program, Arguments: wrong.Select(setting => $"--{setting}")))
            .Append((Name: "`hermes`", Program: "Hermes.Cli", Arguments: ["group", "list", .. wrong.SelectMany(setting => new[] { "--setting", setting })]));
        var found = new List<(string Section, string Reader)>();
        foreach (var (name, program, arguments) in programs)
        {
            var complaints = await ComplaintsAsync(program, arguments);
            found.AddRange(sections.Where(section => complaints.Contains($"{section}:{NoSetting} is no setting", StringComparison.Ordinal)).Select(section => (section, name)));
        }
        return found.ToLookup(f => f.Section, f => f.Reader, StringComparer.Ordinal);
    }

    private static async Task<string> ComplaintsAsync(string program, IEnumerable<string> arguments)
    {
        await using var process = ChildProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. arguments]);
        var code = await process.WhenExitedAsync(TimeSpan.FromSeconds(60));
        return code is 1 or 2 ? process.Output : throw new InvalidOperationException($"{program} ended with {code}:\n{process.Output}");
    }
}
