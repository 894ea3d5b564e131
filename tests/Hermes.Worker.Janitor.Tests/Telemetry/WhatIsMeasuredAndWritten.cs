using Hermes.Shared.ConsumerGroups;
using Hermes.Worker.Janitor.Tests.Deaths;
using Hermes.Worker.Janitor.Tests.Histories;

namespace Hermes.Worker.Janitor.Tests.Telemetry;

/// <summary>Of each duty: what of all that was looked at, spared, deleted and restored is measured, with which values, and what
/// the history says of it. All in memory.</summary>
public sealed class WhatIsMeasuredAndWritten
{
    private static readonly JanitorOptions Options = new()
    {
        TaskDelay = TimeSpan.FromMinutes(1),
        LongestRetryPause = TimeSpan.FromSeconds(1),
        InactiveAfter = TimeSpan.FromHours(3),
        DryRun = false,
        Denied = [".*_denied"],
    };

    [Fact]
    public void Of_the_tasks()
    {
        using var stage = new Stage(Options);
        stage.Have("a", "b", "c", "denied");
        foreach (var name in new[] { "a", "b", "c" })
            stage.World.Remove(name, withTask: true);
        stage.World.JoinAlone("b");
        stage.World.ToggleJob("c");
        stage.World.Ask("denied"); // and is there
        stage.World.AskMalformed();
        stage.Pass(TimeSpan.FromMinutes(2));
        var janitor = stage.Lead(new());
        using var measured = new Measured(janitor.Meters);
        stage.Run(Duty.Tasks);
        Assert.Equal(
            [
                "groups.deleted what=group: 1", "groups.spared reason=members: 1", "groups.spared reason=retransmission: 1", "groups.spared reason=subscription: 1",
                "tasks.malformed: 1", "tasks.oldest_age: 120", "tasks.waiting: 3",
            ], measured.All());
        Assert.Contains(stage.Accounts("a"), h => h.Contains("deleted: its subscription was removed; 1 offsets kept", StringComparison.Ordinal));
        Assert.Contains(stage.Accounts("denied"), h => h.Contains("spared: its subscription is there again, and the task is withdrawn", StringComparison.Ordinal));
        foreach (var reason in new[] { "spared for now: its group has members", "spared for now: a retransmission job has its group in its hands", "spared for now: it cannot be understood" })
            Assert.Single(stage.World.History(), h => h.Contains(reason, StringComparison.Ordinal));

        stage.Pass(TimeSpan.FromDays(2));
        stage.Run(Duty.Tasks);
        Assert.Contains("tasks.overdue: 3", measured.All());
        stage.World.Consume("b", 2);
        stage.World.ToggleJob("c");
        stage.Pass(TimeSpan.FromMinutes(1));
        stage.Run(Duty.Tasks);
        Assert.Contains("groups.deleted what=group: 3", measured.All());
        Assert.Contains("tasks.waiting: 1", measured.All()); // the malformed one
        Assert.Single(stage.World.History(), h => h.Contains("spared for now: its group has members", StringComparison.Ordinal)); // once, and not for each attempt
    }

    [Fact]
    public void Of_inactive_groups_and_leftover_offsets()
    {
        using var stage = new Stage(Options);
        stage.Have("a", "b", "c", "denied");
        stage.World.CommitAlone("a", World.Returns);
        foreach (var name in new[] { "b", "c", "denied" })
            stage.World.Remove(name, withTask: false);
        var edge = new Edge();
        var janitor = stage.Lead(edge);
        using var measured = new Measured(janitor.Meters);
        stage.Run(Duty.Inactive);
        Assert.Equal(
            [
                "groups.candidates: 2", "groups.looked_at found=candidate: 3", "groups.looked_at found=denied: 1", "groups.looked_at found=foreign: 1", "groups.looked_at found=subscription: 2",
            ], measured.All());
        for (var look = 0; look < 2; look++)
        {
            stage.Pass(TimeSpan.FromHours(1));
            stage.Run(Duty.Inactive);
        }
        Assert.DoesNotContain(measured.All(), m => m.StartsWith("groups.ripe", StringComparison.Ordinal));
        // One is committed for between the look and its deletion.
        edge.Before = call =>
        {
            if (call.EndsWith($"/tombstones/{World.Group("c")}", StringComparison.Ordinal))
                stage.World.CommitAlone("c", World.Json);
        };
        stage.Pass(TimeSpan.FromHours(1));
        stage.Run(Duty.Inactive);
        foreach (var value in new[] { "groups.ripe: 3", "groups.deleted what=group: 1", "groups.deleted what=offsets: 1", "groups.spared reason=movement: 1" })
            Assert.Contains(value, measured.All());
        Assert.Contains(stage.Accounts("b"), h => h.Contains("deleted: abandoned since ", StringComparison.Ordinal));
        Assert.Contains(stage.Accounts("a"), h => h.Contains($"its offsets of {World.Returns} deleted: not read since ", StringComparison.Ordinal));
        Assert.Contains(stage.Accounts("c"), h => h.Contains("spared: its group's offsets have moved", StringComparison.Ordinal));
        Assert.Empty(stage.Accounts("denied"));
    }

    [Fact]
    public void Of_a_deletion_that_fails_for_one_group_of_several()
    {
        using var stage = new Stage(Options);
        stage.Have("a", "b");
        foreach (var name in new[] { "a", "b" })
            stage.World.Remove(name, withTask: false);
        var edge = new Edge();
        var janitor = stage.Lead(edge);
        using var measured = new Measured(janitor.Meters);
        edge.Between = call =>
        {
            if (call == $"delete group {World.Group("a")}")
                throw new Confluent.Kafka.KafkaException(Confluent.Kafka.ErrorCode.NotCoordinatorForGroup);
        };
        for (var look = 0; look < 4; look++)
        {
            stage.Run(Duty.Inactive);
            stage.Pass(TimeSpan.FromHours(1));
        }
        stage.IsDeleted("b");
        Assert.Contains("groups.deleted what=group: 1", measured.All());
        Assert.Contains("groups.spared reason=failure: 1", measured.All());
        edge.Between = _ => { };
        stage.Run(Duty.Inactive);
        stage.IsDeleted("a");
        Assert.Contains("groups.deleted what=group: 2", measured.All());
    }

    [Fact]
    public void Of_offsets_that_were_not_told_and_of_restored_and_kept_ones()
    {
        using var stage = new Stage(Options);
        stage.Have("b");
        stage.Deleted("a");
        stage.World.Finish();
        var edge = new Edge();
        var janitor = stage.Lead(edge);
        using var measured = new Measured(janitor.Meters);
        stage.Run(Duty.Tombstones);
        Assert.Equal(["groups.restored: 1"], measured.All());
        Assert.Contains(stage.Accounts("a"), h => h.Contains("restored, 1 offsets committed: its subscription appeared just after the deletion", StringComparison.Ordinal));
        stage.Run(Duty.KeepAlive);
        Assert.Contains("groups.kept_alive: 3", measured.All()); // with the keeper's
        stage.Run(Duty.KeepAlive); // it is not time yet
        Assert.Contains("groups.kept_alive: 3", measured.All());

        edge.Between = call =>
        {
            if (call == $"offsets of {World.Group("b")}")
                throw new Confluent.Kafka.KafkaException(Confluent.Kafka.ErrorCode.GroupLoadInProgress);
        };
        stage.Run(Duty.Inactive);
        Assert.Contains("groups.looked_at found=unanswered: 1", measured.All());
        Assert.Equal(
            [World.Group("a"), World.Group("keeper")],
            stage.World.Observations().Select(o => GroupKey.Parse(o).Group).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)); // nothing follows for it
    }
}
