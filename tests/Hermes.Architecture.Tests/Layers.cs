namespace Hermes.Architecture.Tests;

/// <summary>Arrows go one way: workers and the command, then intake, then delivery, then the shared library, then ZooKeeper
/// (docs/decisions/0003-layers.md).</summary>
public sealed class Layers
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Hermes.ZooKeeper"] = [],
        ["Hermes.Shared"] = ["Hermes.ZooKeeper"],
        ["Hermes.Delivery"] = ["Hermes.Shared", "Hermes.ZooKeeper"],
        ["Hermes.Intake"] = ["Hermes.Delivery", "Hermes.Shared", "Hermes.ZooKeeper"],
        ["Hermes.Worker.Consumer"] = ["Hermes.Intake", "Hermes.Delivery", "Hermes.Shared", "Hermes.ZooKeeper"],
        ["Hermes.Worker.Retransmitter"] = ["Hermes.Intake", "Hermes.Delivery", "Hermes.Shared", "Hermes.ZooKeeper"],
        ["Hermes.Worker.Janitor"] = ["Hermes.Intake", "Hermes.Delivery", "Hermes.Shared", "Hermes.ZooKeeper"],
        ["Hermes.Cli"] = ["Hermes.Delivery", "Hermes.Shared", "Hermes.ZooKeeper"],
        ["Hermes.KafkaEmulator"] = [],
    };

    public static TheoryData<string> Projects() => [.. Repository.SourceProjects.Select(path => Path.GetFileNameWithoutExtension(path))];

    [Theory, MemberData(nameof(Projects))]
    public void A_project_refers_only_to_the_layers_below_it(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var below), $"{project} has no place in the layers yet: give it one here and in the decision.");
        var path = Repository.SourceProjects.Single(file => string.Equals(Path.GetFileNameWithoutExtension(file), project, StringComparison.Ordinal));
        Assert.Empty(Repository.References(path).Except(below, StringComparer.Ordinal));
    }

    [Fact]
    public void ZooKeeper_knows_nothing_of_Hermes_and_nothing_of_Kafka()
    {
        var references = typeof(ZooKeeper.IZooKeeper).Assembly.GetReferencedAssemblies().Select(name => name.Name!).ToArray();
        Assert.DoesNotContain(references, name => name.StartsWith("Hermes.", StringComparison.Ordinal));
        Assert.DoesNotContain(references, name => name.Contains("Kafka", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_of_the_source_tree_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Hermes.Workers.sln"));
        Assert.All(Repository.SourceProjects, path =>
            Assert.Contains(Path.GetFileName(path), solution, StringComparison.Ordinal));
    }
}
