using FsCheck.Xunit;
using Hermes.Delivery.Pace;

namespace Hermes.Delivery.Tests.Pace;

/// <summary>The pace beside simple models of endpoints: one that works, dies, fails by chance, or takes so much a second.</summary>
public sealed class OutputPaceTests
{
    [Property(MaxTest = 60)]
    public void Begins_at_the_full_rate_and_keeps_it_while_the_endpoint_works(ushort rate, byte latency)
    {
        var max = 1 + (rate % 2000);
        var simulation = new PaceSimulation(max, latency % 20, _ => true);
        simulation.RunTo(3000);
        Assert.Equal(max, simulation.Pace.Rate);
        // One second's worth at once, and the rate from then on, as far as the window lets it.
        Assert.InRange(simulation.Attempts.Count, Math.Min((max * 3.9) - 1, 3000.0 / (1 + (latency % 20)) * 90), max * 4 + 1);
    }

    [Property(MaxTest = 60)]
    public void An_endpoint_that_only_fails_is_probed_a_few_times_a_second_and_has_its_full_rate_within_a_second_or_so_of_its_recovery(
        ushort rate, byte latency, byte seconds)
    {
        var max = 20 + (rate % 3000);
        var latencyMs = latency % 50;
        var dies = 2000L;
        var recovers = dies + (1000 * (2 + (seconds % 60)));
        var simulation = new PaceSimulation(max, latencyMs, at => at < dies || at >= recovers);
        simulation.RunTo(dies);
        Assert.InRange(simulation.RunUntil(() => simulation.Pace.Mode is PaceMode.Slow, 10_000), 0, 1100 + latencyMs);
        var slowed = simulation.Now;
        simulation.RunTo(recovers);
        var most = OutputPace.SlowRate * (1 + Math.Min((recovers - slowed) / 1000.0, OutputPace.HeartbeatAfterSeconds + 1))
            + Math.Max(((recovers - slowed) / 1000.0) - OutputPace.HeartbeatAfterSeconds, 0) + 2;
        Assert.InRange(simulation.AttemptsBetween(slowed, recovers), 0, most);
        if (recovers - slowed > 12_000) Assert.Equal(PaceMode.Heartbeat, simulation.Pace.Mode);
        Assert.InRange(simulation.RunUntil(() => simulation.Pace.Rate >= max && simulation.Pace.Mode is PaceMode.Normal, 60_000), 0, 1600 + (8 * latencyMs));
    }

    [Property(MaxTest = 30)]
    public void An_endpoint_that_mostly_works_keeps_most_of_its_rate(ushort rate, byte failing, int seed)
    {
        var max = 50 + (rate % 1000);
        var failed = failing % 31 / 100.0;
        var chance = new Random(seed);
        var simulation = new PaceSimulation(max, 5, _ => chance.NextDouble() >= failed);
        simulation.RunTo(60_000);
        Assert.InRange(simulation.AttemptsBetween(0, 60_000), max * 60 * 0.3, max * 61 + 1);
    }

    [Property(MaxTest = 30)]
    public void An_endpoint_that_refuses_what_is_too_much_gets_about_what_it_takes(byte capacity, ushort rate)
    {
        var takes = 20 + capacity;
        var max = (takes * 2) + (rate % 3000);
        var (second, taken) = (0L, 0);
        var simulation = new PaceSimulation(max, 5, at =>
        {
            if (at / 100 != second) (second, taken) = (at / 100, 0);
            return ++taken <= takes / 10.0;
        });
        simulation.RunTo(60_000);
        Assert.InRange(simulation.Successes, takes * 60 * 0.6, takes * 61 * 1.1);
        Assert.InRange(simulation.AttemptsBetween(5000, 60_000), 0, takes * 55 * 3);
    }

    [Property(MaxTest = 300)]
    public bool Is_never_faster_for_one_failure_more(bool[] before, byte failures, byte successes)
    {
        var (f, s) = (failures % 20, 10 + (successes % 20));
        return AfterWindow(f + 1, s - 1) <= AfterWindow(f, s);

        double AfterWindow(int failed, int succeeded)
        {
            var pace = Paced(before, out var now);
            if (pace.Mode is not PaceMode.Normal)
            {
                // There each outcome is judged alone.
                pace.Ended(pace.Era, failed == 0, isRepeated: false, now);
                return pace.Rate;
            }

            for (var i = 0; i < failed + succeeded; i++) pace.Ended(pace.Era, i >= failed, isRepeated: false, now + (i == failed + succeeded - 1 ? 600 : 0));
            return pace.Rate;
        }
    }

    [Property(MaxTest = 300)]
    public bool Never_allows_more_than_the_maximum_nor_less_than_a_heartbeat(bool[] outcomes, ushort max, ushort[] changes)
    {
        var pace = new OutputPace(1000);
        double most = 1 + max;
        pace.Limit(most);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (changes.Length > 0 && i % 7 == 6) pace.Limit(most = 1 + changes[i % changes.Length]);
            pace.Ended(pace.Era, outcomes[i], isRepeated: false, i * 37);
            if (pace.Rate > most || pace.Rate < OutputPace.HeartbeatRate) return false;
        }

        return true;
    }

    [Fact]
    public void What_an_attempt_of_before_the_breakdown_comes_to_says_nothing_of_the_time_after()
    {
        var pace = Paced([], out var now);
        var old = pace.Era;
        for (var i = 0; i < 10; i++) pace.Ended(old, success: false, isRepeated: false, now + (60 * i));
        Assert.Equal(PaceMode.Slow, pace.Mode);
        for (var i = 0; i < 10; i++) pace.Ended(old, success: true, isRepeated: false, now + 1000 + i);
        Assert.Equal(OutputPace.SlowRate, pace.Rate);
    }

    [Fact]
    public void A_changed_maximum_counts_at_once_at_the_full_rate_and_does_not_open_a_slow_one()
    {
        var pace = Paced([], out var now);
        pace.Limit(50);
        Assert.Equal(50, pace.Rate);
        pace.Limit(500);
        Assert.Equal(500, pace.Rate);
        for (var i = 0; i < 10; i++) pace.Ended(pace.Era, success: false, isRepeated: false, now + (60 * i));
        pace.Limit(1000);
        Assert.Equal(OutputPace.SlowRate, pace.Rate);
    }

    private static OutputPace Paced(bool[] before, out long now)
    {
        var pace = new OutputPace(1000);
        pace.Limit(1000);
        now = 0;
        foreach (var success in before) pace.Ended(pace.Era, success, isRepeated: false, now += 61);
        now += 5000;
        pace.Ended(pace.Era, success: true, isRepeated: false, now); // closes the window that was open
        now += 5000;
        return pace;
    }
}
