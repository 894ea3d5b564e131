using System.Text;

namespace Hermes.Architecture.Tests.Settings;

/// <summary><c>docs/configuration.md</c> lists every setting as the code has it: between its marks, which stand under a heading for each
/// section. What stands outside of the marks is written by hand.</summary>
/// <remarks><c>HERMES_WRITE_DOCS=1</c> writes what is between the marks anew in place of the comparison.</remarks>
public sealed class ConfigurationPage
{
    private const string End = "<!-- /settings -->\n";

    private static string PagePath => Path.Combine(Repository.Root, "docs", "configuration.md");

    [Fact]
    public async Task Is_current()
    {
        var page = File.ReadAllText(PagePath);
        var written = await WriteAsync(page);
        if (Environment.GetEnvironmentVariable("HERMES_WRITE_DOCS") == "1")
        {
            File.WriteAllText(PagePath, written);
            page = written;
        }
        Assert.Equal(written, page);
    }

    [Fact]
    public void Has_every_section_under_its_heading()
    {
        var page = File.ReadAllText(PagePath);
        Assert.All(SettingsSection.All, section =>
        {
            var mark = page.IndexOf(Begin(section), StringComparison.Ordinal);
            Assert.True(mark >= 0, $"The page has no mark {Begin(section)}");
            var heading = page.LastIndexOf("\n## ", mark, StringComparison.Ordinal);
            Assert.StartsWith($"\n## `{section.Path.Split(':')[0]}`", page[heading..], StringComparison.Ordinal);
        });
    }

    private static async Task<string> WriteAsync(string page)
    {
        var readers = await SettingsReaders.FindAsync([.. SettingsSection.All.Select(s => s.Path)]);
        var written = new StringBuilder(page);
        foreach (var section in SettingsSection.All)
        {
            var text = written.ToString();
            var begin = text.IndexOf(Begin(section), StringComparison.Ordinal);
            Assert.True(begin >= 0, $"The page has no mark {Begin(section)}");
            begin += Begin(section).Length;
            var end = text.IndexOf(End, begin, StringComparison.Ordinal);
            Assert.True(end >= 0, $"The mark {Begin(section)} has no end.");
            Assert.NotEmpty(readers[section.Path]);
            written.Remove(begin, end - begin).Insert(begin, SettingsTable.Write(section, [.. readers[section.Path]]));
        }
        return written.ToString();
    }

    private static string Begin(SettingsSection section) => $"<!-- settings: {section.Path} -->\n";
}
