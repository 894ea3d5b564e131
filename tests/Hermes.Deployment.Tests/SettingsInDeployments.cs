using System.Text.RegularExpressions;

namespace Hermes.Deployment.Tests;

/// <summary>What deployments set is what workers know: each setting stands in docs/configuration.md.</summary>
public sealed partial class SettingsInDeployments
{
    [Fact]
    public void Each_setting_that_a_deployment_names_is_documented()
    {
        var documented = CheckedOut.Read("docs/configuration.md");
        var files = CheckedOut.Files("deploy", "*.*").Concat(CheckedOut.Files("systemd", "*")).Where(file => !file.EndsWith(".json", StringComparison.Ordinal));
        var named = files.SelectMany(file => Setting().Matches(File.ReadAllText(file)).Select(match => (Section: match.Groups["section"].Value, Name: match.Groups["name"].Value))).Distinct().ToList();
        Assert.NotEmpty(named);
        Assert.All(named, setting =>
        {
            var at = documented.IndexOf($"## `{setting.Section}`", StringComparison.Ordinal);
            Assert.True(at >= 0, $"There is no section {setting.Section}.");
            var end = documented.IndexOf("\n## ", at + 1, StringComparison.Ordinal);
            Assert.Contains($"`{setting.Name}", documented[at..(end < 0 ? documented.Length : end)], StringComparison.Ordinal);
        });
    }

    [GeneratedRegex("HERMES_(?<section>[A-Za-z]+)__(?<name>[A-Za-z]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Setting();
}
