using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;

namespace Hermes.Worker.Consumer.Balancing;

/// <summary>A leader's writes, each under the guard of its term: who leads no more writes no more (W11).</summary>
internal static class FencedWrites
{
    // A server takes 1 MB in one request, unless told otherwise.
    private const int MostBytes = 512 * 1024;
    private const int MostOperations = 1000;

    /// <summary>Carries them out, all at once where they fit into one transaction, else one transaction after the other.</summary>
    /// <exception cref="MultiFailedException">One was refused: by its version, or because the term is over.</exception>
    public static async Task WriteAsync(this IZooKeeper zooKeeper, LeadershipTerm term, IReadOnlyList<Operation> operations, CancellationToken cancellationToken)
    {
        var batch = new List<Operation> { term.Guard };
        var bytes = 0;
        foreach (var operation in operations)
        {
            var size = SizeOf(operation);
            if (batch.Count > 1 && (bytes + size > MostBytes || batch.Count > MostOperations))
            {
                await zooKeeper.MultiAsync(batch, cancellationToken);
                batch = [term.Guard];
                bytes = 0;
            }
            batch.Add(operation);
            bytes += size;
        }
        if (batch.Count > 1)
            await zooKeeper.MultiAsync(batch, cancellationToken);
    }

    private static int SizeOf(Operation operation) => (operation.Path.Length * 2) + 64 + operation switch
    {
        Operation.CreateNode create => create.Data.Length,
        Operation.SetData set => set.Data.Length,
        _ => 0,
    };
}
