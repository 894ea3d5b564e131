using Hermes.Worker.Janitor.Tests.Histories;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.Deaths;

/// <summary>A janitor that dies before or after any of its calls to ZooKeeper and Kafka, whatever it is about, leaves what the next
/// one finishes; and one whose call fails goes on by itself. All in memory; the same for clean-up tasks on real servers is in
/// <see cref="CleanUp.TaskContract"/>.</summary>
public sealed class DeathAtAnyCall
{
    private const int MostCalls = 300;

    public static TheoryData<string> Works => [.. Work.All.Select(w => w.Name)];

    [Theory, MemberData(nameof(Works))]
    public void The_next_janitor_finishes_what_one_leaves_that_dies_at_any_call(string name) => AtEachCall(name, isDeath: true);

    [Theory, MemberData(nameof(Works))]
    public void A_janitor_of_which_any_call_fails_finishes_by_itself(string name) => AtEachCall(name, isDeath: false);

    private static void AtEachCall(string name, bool isDeath)
    {
        var work = Work.All.Single(w => w.Name == name);
        var tried = 0;
        foreach (var isAfter in new[] { false, true })
        {
            for (var call = 1; ; call++)
            {
                Assert.True(call < MostCalls, "It never comes to an end.");
                if (!Try(work, call, isAfter, isDeath))
                    break;
                tried++;
            }
        }
        Assert.True(tried >= 10, $"Only {tried} calls were met.");
    }

    /// <returns>Whether it made so many calls.</returns>
    private static bool Try(Work work, int lethal, bool isAfter, bool isDeath)
    {
        using var stage = new Stage(work.Options);
        work.Prepare(stage);
        var (before, after, isMet) = (0, 0, false);
        string? last = null;
        var edge = new Edge
        {
            Before = call => Meet(call, !isAfter && ++before == lethal, isDone: false),
            After = call => Meet(call, isAfter && ++after == lethal, isDone: true),
        };
        var janitor = stage.Lead(edge);
        janitor.Run(work.Duties[0]);
        (edge.Before, edge.After) = (_ => { }, _ => { });
        if (isDeath)
            stage.Lead(new());
        // What is tried again is tried after a pause.
        for (var round = 0; round < 3; round++)
        {
            stage.Pass(TimeSpan.FromMinutes(2));
            foreach (var duty in work.Duties)
                stage.Run(duty);
        }
        try
        {
            work.Check(stage);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            throw new InvalidOperationException($"{(isDeath ? "Died" : "Failed")} {(isAfter ? "after" : "before")} call {lethal}, {last}: {e.Message}\n{string.Join('\n', stage.World.History())}", e);
        }
        return isMet;

        void Meet(string call, bool isNow, bool isDone)
        {
            if (isNow)
                (isMet, last) = (true, call);
            ObjectDisposedException.ThrowIf(isMet && isDeath, typeof(SimulatedJanitor));
            if (isNow)
                throw call.Contains('/', StringComparison.Ordinal) ? new ConnectionLostException(isDone) : new Confluent.Kafka.KafkaException(Confluent.Kafka.ErrorCode.Local_Transport);
        }
    }
}
