using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>Writes what several deletions have to write, under the leader's guard: those of one always in one stroke, and those of
/// several together as far as they fit. Where those of one are refused, it fails, and the others are written without it.</summary>
internal sealed class GuardedWrites(IZooKeeper zooKeeper)
{
    private const int OperationsAtOnce = 200;
    private const int BytesAtOnce = 1 << 18; // a multi must stay far below the server's limit for a request

    /// <summary>Writes for each what is to be written.</summary>
    /// <returns>Those for which it was; the others have their failure.</returns>
    /// <exception cref="MultiFailedException">Another leads by now.</exception>
    public async Task<IReadOnlyList<Deletion>> EachAsync(LeadershipTerm term, IEnumerable<Deletion> deletions, Func<Deletion, IReadOnlyList<Operation>> write, CancellationToken cancellationToken)
    {
        var open = new Queue<(Deletion Deletion, IReadOnlyList<Operation> Operations)>(deletions.Select(d => (d, write(d))));
        var written = new List<Deletion>(open.Count);
        while (open.Count > 0)
        {
            var batch = Take(open);
            while (batch.Count > 0)
            {
                try
                {
                    await zooKeeper.MultiAsync([term.Guard, .. batch.SelectMany(b => b.Operations)], cancellationToken);
                    written.AddRange(batch.Select(b => b.Deletion));
                    batch.Clear();
                }
                catch (MultiFailedException e) when (e.Index > 0)
                {
                    var refused = Owner(batch, e.Index - 1);
                    batch[refused].Deletion.Failure = e;
                    batch.RemoveAt(refused);
                }
                catch (Exception e) when (e is not OperationCanceledException and not MultiFailedException)
                {
                    // Nobody knows whether they were written: the next look at each finds out.
                    batch.ForEach(b => b.Deletion.Failure = e);
                    batch.Clear();
                }
            }
        }
        return written;
    }

    private static List<(Deletion Deletion, IReadOnlyList<Operation> Operations)> Take(Queue<(Deletion Deletion, IReadOnlyList<Operation> Operations)> open)
    {
        var batch = new List<(Deletion, IReadOnlyList<Operation>)>();
        var (count, bytes) = (0, 0);
        while (open.TryPeek(out var next))
        {
            var size = next.Operations.Sum(o => o switch { Operation.CreateNode create => create.Data.Length, Operation.SetData set => set.Data.Length, _ => 0 });
            if (batch.Count > 0 && (count + next.Operations.Count > OperationsAtOnce || bytes + size > BytesAtOnce))
                break;
            (count, bytes) = (count + next.Operations.Count, bytes + size);
            batch.Add(open.Dequeue());
        }
        return batch;
    }

    private static int Owner(List<(Deletion Deletion, IReadOnlyList<Operation> Operations)> batch, int operation)
    {
        var at = 0;
        for (var last = batch[at].Operations.Count; last <= operation; last += batch[at].Operations.Count)
            at++;
        return at;
    }
}
