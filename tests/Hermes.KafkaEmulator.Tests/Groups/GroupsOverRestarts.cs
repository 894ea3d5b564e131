using Hermes.KafkaEmulator.Protocol;
using Hermes.Testing.Processes;

namespace Hermes.KafkaEmulator.Tests.Groups;

/// <summary>What the data folder keeps of groups.</summary>
public sealed class GroupsOverRestarts : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("groups.journal");

    [Fact]
    public void Offsets_and_their_metadata_are_kept_and_the_last_one_counts()
    {
        using (var group = new TestGroup(path: Path))
        {
            Assert.Equal(KafkaError.None, group.Commit("a", "t", 0, 5, "old"));
            Assert.Equal(KafkaError.None, group.Commit("a", "t", 0, 7, "new"));
            Assert.Equal(KafkaError.None, group.Commit("b", "t", 3, long.MaxValue));
        }

        using var restarted = new TestGroup(path: Path);
        Assert.Equal((7, "new"), (restarted.Committed("a", "t", 0)!.Value.Offset, restarted.Committed("a", "t", 0)!.Value.Metadata));
        Assert.Equal(long.MaxValue, restarted.Committed("b", "t", 3)!.Value.Offset);
        Assert.Null(restarted.Committed("a", "t", 1));
    }

    [Fact]
    public void What_was_deleted_stays_deleted()
    {
        using (var group = new TestGroup(path: Path))
        {
            group.Commit("deleted", "t", 0, 5);
            group.Commit("thinned", "t", 0, 5);
            group.Commit("thinned", "t", 1, 5);
            group.Commit("other", "u", 0, 5);
            group.Commit("other", "t", 0, 5);
            Assert.Equal(KafkaError.None, group.Coordinator.Delete("deleted"));
            group.Coordinator.DeleteOffsets("thinned", [("t", 1)]);
            group.DeleteTopic("u");
        }

        using var restarted = new TestGroup(path: Path);
        Assert.Equal(["other", "thinned"], restarted.Coordinator.List([], []).Select(group => group.GroupId).Order(StringComparer.Ordinal));
        Assert.Null(restarted.Committed("thinned", "t", 1));
        Assert.Null(restarted.Committed("other", "u", 0));
        Assert.NotNull(restarted.Committed("other", "t", 0));
    }

    [Fact]
    public void A_group_whose_last_offset_goes_with_its_topic_is_gone()
    {
        using (var group = new TestGroup(path: Path))
        {
            group.Commit("g", "u", 0, 5);
            group.DeleteTopic("u");
            Assert.Equal("Dead", group.Coordinator.Describe("g").GroupState);
        }

        using var restarted = new TestGroup(path: Path);
        Assert.Empty(restarted.Coordinator.List([], []));
    }

    [Fact]
    public void Members_of_a_stable_group_go_on_as_if_nothing_had_been()
    {
        string id;
        using (var group = new TestGroup(path: Path))
        {
            var member = group.Member().Alone();
            Assert.Equal(KafkaError.None, member.Commit(3));
            id = member.Id;
        }

        using var restarted = new TestGroup(path: Path);
        Assert.Equal("Stable", restarted.State);
        var same = restarted.Member();
        (same.Id, same.Generation) = (id, 1);
        Assert.Equal(KafkaError.None, same.Beat());
        Assert.Equal(KafkaError.None, same.Commit(4));
        var share = same.Sync().Now();
        Assert.Equal((KafkaError.None, 1), (share.ErrorCode, share.Assignment.Length));
        Assert.Equal(2, same.Take(same.Join()).GenerationId);
    }

    [Fact]
    public void A_restarted_static_member_finds_its_place_after_a_restart_of_the_broker()
    {
        string id;
        using (var group = new TestGroup(path: Path))
            id = group.Member(instance: "one").Alone().Id;

        using var restarted = new TestGroup(path: Path);
        var present = restarted.Member(instance: "one");
        Assert.True(present.Take(present.Join()).SkipAssignment);
        var former = restarted.Member(instance: "one");
        (former.Id, former.Generation) = (id, 1);
        Assert.Equal(KafkaError.FencedInstanceId, former.Beat());
    }

    [Fact]
    public void Members_that_do_not_come_back_are_out_after_their_session_and_generations_go_on_rising()
    {
        using (var group = new TestGroup(path: Path))
            group.Member().Alone();

        using (var restarted = new TestGroup(path: Path))
        {
            restarted.Pass(10.1);
            Assert.Equal("Empty", restarted.State);
        }

        using var again = new TestGroup(path: Path);
        Assert.Equal("Empty", again.State);
        Assert.Equal("consumer", again.Coordinator.Describe(TestGroup.Id).ProtocolType);
        var member = again.Member().Named();
        Assert.Equal(3, member.Take(member.Join()).GenerationId);
    }

    [Fact]
    public void A_journal_that_has_grown_is_replaced_by_one_that_holds_only_the_state()
    {
        using (var group = new TestGroup(path: Path))
        {
            group.Member().Alone();
            var note = new string('n', 4_000);
            for (var i = 0; i < 3_000; i++)
                group.Commit("g", "t", i % 4, i, note);
        }

        Assert.True(new FileInfo(Path).Length < 8 * 1024 * 1024, "12 MB of commits are one MB or so of state.");
        using var restarted = new TestGroup(path: Path);
        Assert.Equal([2996L, 2997, 2998, 2999], Enumerable.Range(0, 4).Select(partition => restarted.Committed("g", "t", partition)!.Value.Offset));
        Assert.Equal("Stable", restarted.State);
    }

    public void Dispose() => _folder.Dispose();
}
