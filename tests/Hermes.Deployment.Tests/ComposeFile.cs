using System.Text.RegularExpressions;
using Hermes.Testing.Processes;

namespace Hermes.Deployment.Tests;

/// <summary>deploy/compose.yaml, as far as it can be judged without a container engine.</summary>
public sealed partial class ComposeFile
{
    private static readonly string Text = CheckedOut.Read("deploy/compose.yaml");

    [Fact]
    public void Whatever_it_mounts_from_here_is_here()
    {
        var mounted = Mount().Matches(Text).Select(match => match.Groups["name"].Value).ToList();
        Assert.NotEmpty(mounted);
        Assert.All(mounted, path => Assert.True(Path.Exists(Path.Combine(Checkout.Root, "deploy", path)), $"{path} is not there."));
    }

    [Fact]
    public void Each_program_that_it_builds_is_a_project_here()
    {
        var programs = Program().Matches(Text).Select(match => match.Groups["name"].Value).ToList();
        Assert.Equal(4, programs.Count);
        Assert.All(programs, program => Assert.True(File.Exists(Path.Combine(Checkout.Root, $"src/Hermes.{program}/Hermes.{program}.csproj"))));
    }

    [GeneratedRegex(@"\./(?<name>[A-Za-z0-9_./-]+):/", RegexOptions.NonBacktracking)]
    private static partial Regex Mount();

    [GeneratedRegex(@"PROGRAM: (?<name>[A-Za-z.]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Program();
}
