using Hermes.Testing.Processes;

namespace Hermes.Deployment.Tests;

/// <summary>Files of the checkout that these tests were built from.</summary>
internal static class CheckedOut
{
    public static string Read(string path) => File.ReadAllText(Path.Combine(Checkout.Root, path));

    public static IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(Path.Combine(Checkout.Root, folder), pattern, SearchOption.AllDirectories);
}
