using Hermes.Intake.Offsets;
using Hermes.Testing;

namespace Hermes.Intake.Tests.Offsets;

/// <summary>Deliveries that end, commits that are sent and arrive, a revocation, and a death of the owner, in every order: what the next
/// owner is left with.</summary>
public sealed class OwnershipInterleavings
{
    private const int Records = 4;

    [Fact]
    public void A_partition_that_changes_its_owner_in_good_order_loses_nothing_and_repeats_nothing()
    {
        var orders = Interleavings.Explore(() => new Ownership(), static (partition, order) =>
        {
            partition.Revoke();
            var again = partition.DeliveredByTheNext();
            Assert.True(again.All(offset => !partition.Delivered.Contains(offset)), $"repeated in the order {order}");
            Assert.Equal(Records, again.Union(partition.Delivered).Count());
        }, Deliveries(2, 0), Deliveries(1, 3), Commits(3), Arrivals(3));
        Assert.Equal(25_200, orders); // 10! / (2! 2! 3! 3!)
    }

    [Fact]
    public void A_death_at_any_moment_loses_nothing_and_repeats_only_what_no_commit_told_of()
    {
        var orders = Interleavings.Explore(() => new Ownership(), static (partition, order) =>
        {
            var again = partition.DeliveredByTheNext();
            Assert.Equal(Records, again.Union(partition.Delivered).Count());
            Assert.True(again.All(offset => !partition.Told.Contains(offset)), $"what was committed is repeated in the order {order}");
        }, Deliveries(2, 0), Deliveries(1), Commits(3), Arrivals(3), [static partition => partition.Die()]);
        Assert.Equal(50_400, orders); // 10! / (2! 1! 3! 3! 1!)
    }

    private static Action<Ownership>[] Deliveries(params int[] offsets) => [.. offsets.Select(offset => (Action<Ownership>)(partition => partition.Deliver(offset)))];

    private static Action<Ownership>[] Commits(int count) => [.. Enumerable.Repeat<Action<Ownership>>(static partition => partition.SendCommit(), count)];

    private static Action<Ownership>[] Arrivals(int count) => [.. Enumerable.Repeat<Action<Ownership>>(static partition => partition.LetCommitArrive(), count)];

    /// <summary>One owner of a partition, and the group as the broker knows it.</summary>
    private sealed class Ownership
    {
        private readonly OffsetLedger _ledger = new("t", 0, 1, 0, SettledRuns.None);
        private readonly Queue<(LedgerMark Mark, int[] Settled)> _underWay = new();
        private LedgerMark _committed = new(0, "");
        private bool _isDead;

        public Ownership()
        {
            for (var offset = 0; offset < Records; offset++) _ledger.Take(offset);
        }

        /// <summary>What the endpoint has.</summary>
        public HashSet<int> Delivered { get; } = [];

        /// <summary>What a commit that arrived had told of.</summary>
        public HashSet<int> Told { get; } = [];

        public void Deliver(int offset)
        {
            if (_isDead) return;
            Delivered.Add(offset);
            _ledger.Settle(offset);
        }

        public void SendCommit()
        {
            if (!_isDead) _underWay.Enqueue((_ledger.Mark(), [.. Delivered]));
        }

        /// <summary>Also of a dead owner: it was sent.</summary>
        public void LetCommitArrive()
        {
            if (!_underWay.TryDequeue(out var commit)) return;
            _committed = commit.Mark;
            Told.UnionWith(commit.Settled);
        }

        /// <summary>What is on the wire ends, a last commit is sent, and its answer awaited.</summary>
        public void Revoke()
        {
            SendCommit();
            while (_underWay.Count > 0) LetCommitArrive();
        }

        public void Die() => _isDead = true;

        public IReadOnlyList<int> DeliveredByTheNext()
        {
            var next = new OffsetLedger("t", 0, 2, _committed.Offset, SettledRuns.Parse(_committed.Offset, _committed.Metadata));
            return [.. Enumerable.Range((int)_committed.Offset, Records - (int)_committed.Offset).Where(offset => next.Take(offset))];
        }
    }
}
