using System.Globalization;
using Hermes.Cli.Connections;
using Hermes.Shared.Fleet;
using Hermes.Shared.Hosting;

namespace Hermes.Cli.Doctor;

/// <summary>The workers that show that they are there, and their versions: consumers in the fleet's registry, janitors by their candidacy, and
/// all by nodes of their own, which older versions and Hermes's consumers do not have.</summary>
internal sealed class FleetChecks(Installation hermes, Findings findings)
{
    private const string Retransmitter = "hermes-retransmitter";

    private sealed record Shown(string Name, string? Version, string? Worker);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var consumers = await SignedAsync(hermes.Fleet.Nodes, cancellationToken);
        if (consumers.Count == 0)
            findings.Note("consumers", "No consumer is registered.", "Consumers register where they share the work by Hermes's protocol; those with Consumer:Workload=All are not seen here. Where none runs, retransmissions still work; nothing is delivered.");
        else
            findings.Ok("consumers", $"{consumers.Count} registered: {Sum(consumers)}");
        var janitors = await SignedAsync(hermes.JanitorPaths.Leader, cancellationToken);
        if (janitors.Count == 0)
            findings.Note("janitor", "No janitor runs.", "Start Hermes.Worker.Janitor: deleted subscriptions leave their groups behind, and suspended ones may lose their offsets.");
        else
            findings.Ok("janitor", $"{janitors.Count} run, one of them leads: {Sum(janitors)}");
        var present = await PresentAsync(cancellationToken);
        if (!present.Any(w => w.Kind == Retransmitter))
            findings.Note("retransmitters", "No retransmitter shows itself.", "Start Hermes.Worker.Retransmitter, or retransmissions wait; one of an older version works without being seen here.");
        foreach (var kind in present.GroupBy(w => w.Kind, StringComparer.Ordinal).OrderBy(k => k.Key, StringComparer.Ordinal))
            findings.Ok("workers", $"{kind.Count()} {kind.Key}: {string.Join(", ", kind.OrderBy(w => w.Id, StringComparer.Ordinal).Select(Describe))}");

        // Once each: who has a node of its own is also in the fleet's registry, or a candidate.
        var known = present.Select(w => w.Id).ToHashSet(StringComparer.Ordinal);
        var all = present.Select(w => new Shown($"{w.Kind} {w.Id}", w.Version, w.Id)).Concat(consumers.Concat(janitors).Where(w => w.Worker is null || !known.Contains(w.Worker)));
        var others = all.Where(w => w.Version is not null && w.Version != WorkerSignature.Version).ToList();
        findings.Each("workers' versions", others, FindingState.Note, o => $"{o.Name} is of version {o.Version}, this command of {WorkerSignature.Version}",
            "Bring all to one version, one after the other: see 'Upgrade' in docs/operating.md.", $"all that tell theirs are of this command's: {WorkerSignature.Version}");
    }

    private async Task<IReadOnlyList<PresentWorker>> PresentAsync(CancellationToken cancellationToken) =>
        [.. (await NodesAsync(new WorkerPaths(hermes.Paths).Folder, cancellationToken)).Select(n => PresentWorker.TryRead(n.Data.Span, out var worker) ? worker : null).OfType<PresentWorker>()];

    private async Task<IReadOnlyList<Shown>> SignedAsync(string folder, CancellationToken cancellationToken) =>
        [.. from node in await NodesAsync(folder, cancellationToken) let signature = WorkerSignature.Read(node.Data.Span) select new Shown(node.Name, signature.Version, signature.Worker)];

    private async Task<IReadOnlyList<(string Name, ReadOnlyMemory<byte> Data)>> NodesAsync(string folder, CancellationToken cancellationToken)
    {
        var nodes = new List<(string, ReadOnlyMemory<byte>)>();
        foreach (var name in (await hermes.ZooKeeper.TryGetChildrenAsync(folder, cancellationToken))?.Names ?? [])
        {
            if (await hermes.ZooKeeper.TryGetAsync($"{folder}/{name}", cancellationToken) is { } node)
                nodes.Add((name, node.Data));
        }
        return nodes;
    }

    private static string Describe(PresentWorker worker) =>
        string.Create(CultureInfo.InvariantCulture, $"{worker.Id} ({worker.Version}, since {worker.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z)");

    private static string Sum(IEnumerable<Shown> workers) =>
        string.Join(", ", workers.CountBy(w => w.Version ?? "Hermes's own or older", StringComparer.Ordinal).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Value} of {v.Key}"));
}
