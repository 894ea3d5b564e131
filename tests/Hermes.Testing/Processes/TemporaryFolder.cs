namespace Hermes.Testing.Processes;

/// <summary>A folder of its own for one server or one test, removed at the end.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hermes-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException) { } // a dying server may still write; the folder is the system's to clean
    }
}
