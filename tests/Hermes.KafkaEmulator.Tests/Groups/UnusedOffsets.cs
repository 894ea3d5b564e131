using Hermes.KafkaEmulator.Groups;
using Hermes.Testing.Processes;

namespace Hermes.KafkaEmulator.Tests.Groups;

/// <summary>When offsets that nobody uses are forgotten, on a clock that the test moves.</summary>
public sealed class UnusedOffsets
{
    private static readonly GroupOptions Options = new()
    {
        OffsetsRetention = TimeSpan.FromSeconds(100),
        OffsetsRetentionCheckInterval = TimeSpan.FromSeconds(1),
    };

    [Fact]
    public void A_simple_consumers_offset_goes_after_its_last_commit_and_the_group_with_the_last_of_them()
    {
        using var group = new TestGroup(Options);
        group.Commit("simple", "t", 0, 1);
        group.Pass(60);
        group.Commit("simple", "t", 1, 1);
        group.Pass(42);
        Assert.Null(group.Committed("simple", "t", 0));
        Assert.NotNull(group.Committed("simple", "t", 1));
        group.Pass(60);
        Assert.Empty(group.Coordinator.List([], []));
    }

    [Fact]
    public void A_group_that_was_left_keeps_its_offsets_for_the_retention_from_then_on()
    {
        using var group = new TestGroup(Options);
        var member = group.Member(sessionSeconds: 600).Alone();
        member.Commit(5);
        group.Pass(500);
        Assert.NotNull(group.Committed(TestGroup.Id, TestGroup.Topic, 0));
        group.Coordinator.Leave(TestGroup.Id, [(member.Id, null)]);
        group.Pass(99);
        Assert.NotNull(group.Committed(TestGroup.Id, TestGroup.Topic, 0));
        group.Pass(3);
        Assert.Equal("Dead", group.State);
    }

    [Fact]
    public void A_living_group_loses_only_what_it_does_not_read()
    {
        using var group = new TestGroup(Options);
        group.Commit(TestGroup.Id, "left", 0, 1);
        group.Member(sessionSeconds: 600).Alone().Commit(5);
        group.Pass(102);
        Assert.Null(group.Committed(TestGroup.Id, "left", 0));
        Assert.NotNull(group.Committed(TestGroup.Id, TestGroup.Topic, 0));
    }

    [Fact]
    public void A_name_without_a_group_behind_it_is_forgotten_and_one_that_is_about_to_join_is_not()
    {
        using var group = new TestGroup(Options);
        group.Member(sessionSeconds: 50).Named();
        group.Pass(49);
        Assert.Equal("Empty", group.State);
        group.Pass(3);
        Assert.Equal("Dead", group.State);
    }

    [Fact]
    public void Retention_goes_on_over_a_restart()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("groups.journal");
        DateTimeOffset later;
        using (var group = new TestGroup(Options, path))
        {
            group.Commit("simple", "t", 0, 1);
            group.Pass(60);
            later = group.Clock.GetUtcNow();
        }

        using var restarted = new TestGroup(Options, path, later);
        restarted.Pass(38);
        Assert.NotNull(restarted.Committed("simple", "t", 0));
        restarted.Pass(4);
        Assert.Null(restarted.Committed("simple", "t", 0));
    }
}
