using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hermes.Intake.Offsets;

namespace Hermes.Intake.Tests.Offsets;

/// <summary>The ledger beside a model of sets, and its metadata read back by the next owner.</summary>
public sealed class LedgerModel
{
    [Property(MaxTest = 500)]
    public void Commits_the_smallest_unsettled_offset_and_the_next_owner_skips_what_was_settled(byte[] steps, byte[] gaps)
    {
        var ledger = new OffsetLedger("t", 0, 1, 100, SettledRuns.None);
        var (next, taken, settled) = (100L, new List<long>(), new HashSet<long>());
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i] % 3 > 0 || taken.Count == 0)
            {
                next += gaps.Length == 0 ? 0 : gaps[i % gaps.Length] % 3; // compaction leaves holes
                Assert.True(ledger.Take(next));
                taken.Add(next++);
            }
            else
            {
                var offset = taken[steps[i] % taken.Count];
                ledger.Settle(offset);
                settled.Add(offset);
            }
            var mark = ledger.Mark();
            var unsettled = taken.Where(o => !settled.Contains(o)).DefaultIfEmpty(next).Min();
            Assert.Equal(unsettled, mark.Offset);
            var runs = SettledRuns.Parse(mark.Offset, mark.Metadata);
            Assert.All(taken.Where(o => o >= mark.Offset), o => Assert.Equal(settled.Contains(o), runs.Contains(o)));
        }
    }

    [Property(MaxTest = 300)]
    public void What_an_earlier_owner_had_settled_is_neither_delivered_nor_forgotten(bool[] before, byte read)
    {
        var first = new OffsetLedger("t", 0, 1, 0, SettledRuns.None);
        for (var i = 0; i < before.Length; i++)
            first.Take(i);
        for (var i = 0; i < before.Length; i++)
        {
            if (before[i])
                first.Settle(i);
        }
        var mark = first.Mark();
        var second = new OffsetLedger("t", 0, 2, mark.Offset, SettledRuns.Parse(mark.Offset, mark.Metadata));
        // The second owner reads only a part, and is followed by a third.
        for (var offset = mark.Offset; offset < Math.Min(before.Length, mark.Offset + read); offset++)
            Assert.Equal(!before[offset], second.Take(offset));
        var again = second.Mark();
        var third = SettledRuns.Parse(again.Offset, again.Metadata);
        for (var offset = again.Offset; offset < before.Length; offset++)
            Assert.Equal(before[offset], third.Contains(offset));
    }

    [Property(MaxTest = 300)]
    public void The_next_owner_knows_which_targets_took_what_is_not_settled(byte[] steps, byte read)
    {
        var ledger = new OffsetLedger("t", 0, 1, 1000, SettledRuns.None);
        var (next, model) = (1000L, new Dictionary<long, HashSet<ulong>>());
        for (var i = 0; i + 1 < steps.Length && next < 1100; i += 2)
        {
            var offset = next == 1000 ? 1000 : 1000 + (steps[i + 1] % (next - 1000));
            switch (steps[i] % 4)
            {
                case 0:
                    ledger.Settle(offset);
                    model.Remove(offset);
                    break;
                case 1 when model.TryGetValue(offset, out var marks):
                    ledger.Reached(offset, ulong.MaxValue - steps[i]);
                    marks.Add(ulong.MaxValue - steps[i]);
                    break;
                default:
                    ledger.Take(next);
                    model[next++] = [];
                    break;
            }
        }
        Same(ledger.Mark());
        // A second owner reads only a part, and is followed by a third.
        var mark = ledger.Mark();
        var second = new OffsetLedger("t", 0, 2, mark.Offset, SettledRuns.Parse(mark.Offset, mark.Metadata));
        for (var offset = mark.Offset; offset < Math.Min(next, mark.Offset + read); offset++)
        {
            if (second.Take(offset))
                Assert.Equal(model[offset].Order(), second.ReachedBefore(offset).Order());
        }
        Same(second.Mark());

        void Same(LedgerMark now)
        {
            var known = SettledRuns.Parse(now.Offset, now.Metadata);
            for (var offset = now.Offset; offset < next; offset++)
            {
                Assert.Equal(!model.ContainsKey(offset), known.Contains(offset));
                Assert.Equal(model.GetValueOrDefault(offset, []).Order(), known.ReachedOf(offset).Order());
            }
        }
    }

    [Fact]
    public void Reached_targets_take_only_the_room_that_the_runs_leave()
    {
        var ledger = new OffsetLedger("t", 0, 1, 0, SettledRuns.None);
        for (var offset = 0L; offset < 2000; offset++)
            ledger.Take(offset);
        for (var offset = 1L; offset < 500; offset += 2)
            ledger.Settle(offset);
        var runs = SettledRuns.Parse(0, ledger.Mark().Metadata);
        for (var offset = 500L; offset < 2000; offset++)
            ledger.Reached(offset, (ulong)offset);
        var mark = ledger.Mark();
        Assert.InRange(mark.Metadata.Length, 3900, 4096);
        var both = SettledRuns.Parse(0, mark.Metadata);
        Assert.All(Enumerable.Range(0, 2000), o => Assert.Equal(runs.Contains(o), both.Contains(o)));
        var known = Enumerable.Range(500, 1500).Count(o => both.ReachedOf(o) is [var target] && target == (ulong)o);
        Assert.InRange(known, 100, 1400);
        Assert.Equal(known, Enumerable.Range(0, 2000).Count(o => both.ReachedOf(o).Count > 0));
    }

    [Fact]
    public void Takes_no_offset_twice_and_settles_none_that_it_has_not()
    {
        var ledger = new OffsetLedger("t", 0, 1, 5, SettledRuns.None);
        Assert.False(ledger.Take(4));
        Assert.True(ledger.Take(5));
        Assert.False(ledger.Take(5));
        ledger.Settle(6);
        ledger.Settle(4);
        Assert.Equal(new(5, ""), ledger.Mark());
        ledger.Settle(5);
        ledger.Settle(5);
        Assert.Equal(new(6, ""), ledger.Mark());
    }

    [Fact]
    public void Metadata_stays_within_the_brokers_limit_and_what_is_left_out_is_delivered_again()
    {
        var ledger = new OffsetLedger("t", 0, 1, 0, SettledRuns.None);
        for (var offset = 0L; offset < 20_000; offset++)
            ledger.Take(offset);
        for (var offset = 1L; offset < 20_000; offset += 2)
            ledger.Settle(offset);
        var mark = ledger.Mark();
        Assert.InRange(mark.Metadata.Length, 3000, 4096);
        var runs = SettledRuns.Parse(0, mark.Metadata);
        var kept = Enumerable.Range(0, 20_000).TakeWhile(o => runs.Contains(o) == (o % 2 == 1)).Count();
        Assert.InRange(kept, 2000, 20_000);
        Assert.DoesNotContain(Enumerable.Range(kept, 20_000 - kept), o => runs.Contains(o));
    }

    [Theory, InlineData(null), InlineData(""), InlineData("hw1:"), InlineData("hw1:%%"), InlineData("java"), InlineData("hw1:gICAgICAgICAgIA"), InlineData("hw1:AAAB_w"), InlineData("hw1:AAABAQ")]
    public void Foreign_or_garbled_metadata_says_nothing(string? metadata)
    {
        var runs = SettledRuns.Parse(10, metadata);
        Assert.DoesNotContain(Enumerable.Range(0, 100), o => runs.Contains(o) || runs.ReachedOf(o).Count > 0);
    }

    [Fact]
    public async Task Settling_from_many_threads_loses_nothing()
    {
        const int Count = 50_000;
        var ledger = new OffsetLedger("t", 0, 1, 0, SettledRuns.None);
        var given = new System.Collections.Concurrent.BlockingCollection<long>(boundedCapacity: 1000);
        var settlers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            foreach (var offset in given.GetConsumingEnumerable())
                ledger.Settle(offset);
        })).ToArray();
        for (var offset = 0L; offset < Count; offset++)
        {
            ledger.Take(offset);
            given.Add(offset);
        }
        given.CompleteAdding();
        await Task.WhenAll(settlers);
        Assert.Equal(new(Count, ""), ledger.Mark());
    }
}
