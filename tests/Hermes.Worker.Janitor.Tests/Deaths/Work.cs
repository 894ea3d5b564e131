using Hermes.Worker.Janitor.Tests.Histories;

namespace Hermes.Worker.Janitor.Tests.Deaths;

/// <summary>Something that a duty has to do, and what must be so when it is done.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Duties">The duties that do it: the first is the one that dies.</param>
/// <param name="Prepare">Brings the world to where it is due. Its janitors are calm.</param>
/// <param name="Check">Judges the end.</param>
internal sealed record Work(string Name, Duty[] Duties, Action<Stage> Prepare, Action<Stage> Check)
{
    /// <summary>Settings for it, where the usual ones do not do.</summary>
    public JanitorOptions Options { get; init; } = Usual;

    private static JanitorOptions Usual { get; } = new()
    {
        TaskDelay = TimeSpan.FromMinutes(1),
        LongestRetryPause = TimeSpan.FromSeconds(1),
        InactiveAfter = TimeSpan.FromHours(3),
        DryRun = false,
        Denied = [".*_denied"],
    };

    /// <summary>All that janitors do.</summary>
    public static IReadOnlyList<Work> All { get; } =
    [
        new("tasks", [Duty.Tasks, Duty.Tombstones], stage =>
        {
            stage.Have("a", "b", "c");
            foreach (var name in new[] { "a", "b", "c" })
                stage.World.Remove(name, withTask: true);
            stage.Pass(TimeSpan.FromMinutes(2));
        }, stage =>
        {
            foreach (var name in new[] { "a", "b", "c" })
            {
                stage.IsDeleted(name);
                Assert.False(stage.World.HasTask(name));
            }
        }),
        new("a withdrawn task", [Duty.Tasks], stage =>
        {
            stage.Have("a");
            stage.World.Remove("a", withTask: true);
            stage.Have("a");
            stage.Pass(TimeSpan.FromMinutes(2));
        }, stage =>
        {
            stage.IsInPlace("a");
            Assert.False(stage.World.HasTask("a"));
            Assert.Single(stage.Accounts("a"), a => a.Contains("the task is withdrawn", StringComparison.Ordinal));
        }),
        new("abandoned groups", [Duty.Inactive, Duty.Tombstones], stage =>
        {
            stage.Have("a", "b");
            foreach (var name in new[] { "a", "b" })
                stage.World.Remove(name, withTask: false);
            for (var look = 0; look < 3; look++)
            {
                stage.Run(Duty.Inactive);
                stage.Pass(TimeSpan.FromHours(1));
            }
        }, stage =>
        {
            stage.IsDeleted("a");
            stage.IsDeleted("b");
        }),
        new("leftover offsets", [Duty.Inactive, Duty.Tombstones], stage =>
        {
            stage.Have("a");
            stage.World.CommitAlone("a", World.Returns);
            for (var look = 0; look < 3; look++)
            {
                stage.Run(Duty.Inactive);
                stage.Pass(TimeSpan.FromHours(1));
            }
        }, stage =>
        {
            stage.IsInPlace("a");
            Assert.Null(stage.World.Broker.Committed(World.Group("a"), World.Returns));
            stage.IsAccountedFor("a", World.Returns);
        }),
        new("a deletion that met a creation", [Duty.Tombstones], stage =>
        {
            stage.Deleted("a");
            stage.World.Finish(); // the node of one whose offsets were taken
        }, stage => stage.IsInPlace("a")),
        new("old offsets that are asked for", [Duty.Tombstones], stage =>
        {
            stage.Deleted("a");
            stage.World.Publish();
            stage.World.AskForOldOffsets("a");
        }, stage => stage.IsInPlace("a")),
        new("old offsets that are asked for, with members", [Duty.Tombstones], stage =>
        {
            stage.Deleted("a");
            stage.World.AskForOldOffsets("a");
            stage.World.Consume("a", 0);
        }, stage =>
        {
            Assert.Single(stage.World.Jobs()); // never a second
            Assert.NotNull(stage.World.Tombstone(World.Group("a"))!.RestoredAt);
        }),
        new("the sweep of tombstones and history", [Duty.Tombstones], stage =>
        {
            stage.Deleted("a");
            stage.Deleted("b");
            stage.Pass(TimeSpan.FromDays(2));
        }, stage =>
        {
            Assert.Empty(stage.World.History());
            Assert.Null(stage.World.Tombstone(World.Group("a")));
            Assert.Null(stage.World.Tombstone(World.Group("b")));
        })
        {
            Options = Usual with { TombstoneRetention = TimeSpan.FromDays(1), HistoryRetention = TimeSpan.FromDays(1) },
        },
        new("keep-alive", [Duty.KeepAlive], stage => stage.Have("a", "b"), stage =>
        {
            foreach (var name in new[] { "a", "b" })
            {
                stage.IsInPlace(name);
                Assert.True(stage.World.Broker.Commits[World.Group(name)] > 1, $"the offsets of {name} were not committed again");
            }
        }),
    ];

    public override string ToString() => Name;
}
