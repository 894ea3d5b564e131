namespace Hermes.Architecture.Tests;

/// <summary>A folder is one idea, and the namespace is the folder, so that a newcomer finds a type by its name.</summary>
public sealed class Folders
{
    [Theory, InlineData("src"), InlineData("tests")]
    public void A_files_namespace_is_its_folder(string side)
    {
        var strays = new List<string>();
        foreach (var file in Repository.SourceFiles(side))
        {
            var folder = Path.GetRelativePath(Path.Combine(Repository.Root, side), Path.GetDirectoryName(file)!).Replace('/', '.');
            var declared = File.ReadLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal));
            if (declared is not null && !string.Equals(declared["namespace ".Length..].TrimEnd(';', ' ', '{'), folder, StringComparison.Ordinal))
                strays.Add($"{Path.GetRelativePath(Repository.Root, file)} declares {declared}");
        }

        Assert.Empty(strays);
    }

    [Fact]
    public void No_folder_is_named_after_a_kind_of_type()
    {
        string[] kinds = ["Interfaces", "Models", "Helpers", "Utils", "Common", "Misc", "Extensions"];
        var folders = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories)
            .Select(folder => Path.GetFileName(folder)!);
        Assert.Empty(folders.Intersect(kinds, StringComparer.Ordinal));
    }
}
