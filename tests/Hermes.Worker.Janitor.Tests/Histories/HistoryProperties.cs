using System.Globalization;
using FsCheck.Xunit;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>Random histories of subscriptions, groups, members, commits, clocks, outages and leaders, against a model that knows
/// what is true. A failure prints its seed; <c>Replay = "(seed,gamma)"</c> in the attribute plays it again.</summary>
/// <remarks>Each of these faults was made in the janitor by hand, and found by these tests: no second look; the offsets that were
/// seen at rest not compared, or those of the second look; a look of any age; no guard in the check before the deletion, or in the
/// writes; no repair of a deletion that met a creation; a registry of which a part is missing taken for whole, by the sweep or by a
/// look at one subscription; a plan carried out for another rest than the one it was made for; a step of any length counted as
/// rest, rest with an owner, or rest over a clock that was put back; a task deleted at any version, or withdrawn unchecked; a
/// retransmission job not looked at; denied groups not spared.</remarks>
public sealed class HistoryProperties
{
    [Property(MaxTest = 300, EndSize = 160)]
    public void No_group_is_deleted_that_is_protected_and_when_all_is_quiet_every_abandoned_one_is_gone(byte[] script)
    {
        using var history = new History(script);
        history.Play();
        Assert.True(history.World.Truth.Violations.Count == 0, $"{string.Join('\n', history.World.Truth.Violations)}\n{string.Join('\n', history.Trace)}");
    }

    /// <summary>And they say something: groups and leftovers are deleted in them, tasks withdrawn, offsets given back.
    /// <c>HERMES_HISTORIES</c> plays more of them (from seed 0 on) than everybody has time for.</summary>
    [Fact]
    public void In_the_histories_all_that_a_janitor_does_happens()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("HERMES_HISTORIES") ?? "60", CultureInfo.InvariantCulture);
        var accounts = new List<string>();
        for (var seed = 0; seed < count; seed++)
        {
            var script = new byte[160];
#pragma warning disable CA5394 // no secret
            new Random(seed).NextBytes(script);
#pragma warning restore CA5394
            using var history = new History(script);
            history.Play();
            Assert.True(history.World.Truth.Violations.Count == 0, $"seed {seed}: {string.Join('\n', history.World.Truth.Violations)}\n{string.Join('\n', history.Trace)}");
            accounts.AddRange(history.World.History());
        }
        foreach (var what in new[] { "deleted: its subscription was removed", "deleted: abandoned", "its offsets of ns_shop.returns deleted", "spared: ", "the task is withdrawn", "restored, ", "asks for them" })
            Assert.True(accounts.Exists(a => a.Contains(what, StringComparison.Ordinal)), what);
    }
}
