using Hermes.Cli.Connections;
using Hermes.Shared.Hosting;

namespace Hermes.Cli.Doctor;

/// <summary>The workers that show that they are there, and their versions: consumers in the fleet's registry, janitors by their candidacy.</summary>
internal sealed class FleetChecks(Installation hermes, Findings findings)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var consumers = await VersionsAsync(hermes.Fleet.Nodes, cancellationToken);
        if (consumers.Count == 0)
            findings.Note("consumers", "No consumer is registered.", "Consumers register where they share the work by Hermes's protocol; those with Consumer:Workload=All are not seen here. Where none runs, retransmissions still work; nothing is delivered.");
        else
            findings.Ok("consumers", $"{consumers.Count} registered: {Sum(consumers)}");
        var janitors = await VersionsAsync(hermes.JanitorPaths.Leader, cancellationToken);
        if (janitors.Count == 0)
            findings.Note("janitor", "No janitor runs.", "Start Hermes.Worker.Janitor: deleted subscriptions leave their groups behind, and suspended ones may lose their offsets.");
        else
            findings.Ok("janitor", $"{janitors.Count} run, one of them leads: {Sum(janitors)}");

        var others = consumers.Concat(janitors).Where(w => w.Version is not null && w.Version != WorkerSignature.Version).ToList();
        findings.Each("workers' versions", others, FindingState.Note, o => $"{o.Name} is of version {o.Version}, this command of {WorkerSignature.Version}",
            "Bring all to one version, one after the other: see 'Upgrade' in docs/operating.md.", $"all that tell theirs are of this command's: {WorkerSignature.Version}");
    }

    private async Task<IReadOnlyList<(string Name, string? Version)>> VersionsAsync(string folder, CancellationToken cancellationToken)
    {
        var workers = new List<(string, string?)>();
        foreach (var name in (await hermes.ZooKeeper.TryGetChildrenAsync(folder, cancellationToken))?.Names ?? [])
        {
            if (await hermes.ZooKeeper.TryGetAsync($"{folder}/{name}", cancellationToken) is { } node)
                workers.Add((name, WorkerSignature.VersionIn(node.Data.Span)));
        }
        return workers;
    }

    private static string Sum(IEnumerable<(string Name, string? Version)> workers) =>
        string.Join(", ", workers.CountBy(w => w.Version ?? "Hermes's own or older", StringComparer.Ordinal).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Value} of {v.Key}"));
}
