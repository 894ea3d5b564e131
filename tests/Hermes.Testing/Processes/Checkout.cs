namespace Hermes.Testing.Processes;

/// <summary>The checkout that the tests were built from.</summary>
public static class Checkout
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Hermes.Workers.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"Hermes.Workers.sln is not above {AppContext.BaseDirectory}.");
    }
}
