using FsCheck.Xunit;
using Hermes.Worker.Consumer.Rates;

namespace Hermes.Worker.Consumer.Tests.Rates;

/// <summary>The sharing of a rate on random consumers, and on such as want always the same.</summary>
public sealed class NegotiationModel
{
    private static readonly RateOptions Options = new();

    [Property(MaxTest = 1000)]
    public void The_whole_rate_is_shared_and_nobody_gets_less_than_the_least(int seed)
    {
        var random = new Random(seed);
        var (rate, consumers) = RandomShares(random);
        for (var round = 0; round < 20; round++)
        {
            if (RateNegotiation.Next(rate, consumers, Options) is not { } next)
                break;
            Assert.Equal(consumers.Keys.Order(StringComparer.Ordinal), next.Keys.Order(StringComparer.Ordinal));
            Assert.All(next.Values, max => Assert.True(max >= Options.MinMaxRate - 1e-9, $"{max} is less than the least"));
            Assert.Equal(Math.Max(rate, consumers.Count * Options.MinMaxRate), next.Values.Sum(), 1.0);
            consumers = next.ToDictionary(n => n.Key, n => new RateShare(n.Value, RandomUse(random)), StringComparer.Ordinal);
        }
    }

    [Property(MaxTest = 500)]
    public void What_idle_ones_do_not_use_goes_to_those_that_are_busy(int seed)
    {
        var random = new Random(seed);
        double rate = random.Next(100, 100_000);
        var busy = random.Next(1, 4);
        var wants = Enumerable.Range(0, busy + random.Next(1, 5)).ToDictionary(i => $"c{i}", i => i < busy ? rate : 0, StringComparer.Ordinal);
        var shares = Settle(rate, wants);
        var idle = wants.Count(w => w.Value.Equals(0));
        var taken = shares.Where(s => wants[s.Key] > 0).Sum(s => s.Value);
        // What an idle one still has is as little as the least change allows to take.
        Assert.True(taken >= rate - (idle * ((rate * 0.011) + 1)), $"{taken} of {rate} went to {busy} busy ones beside {idle} idle ones");
    }

    [Fact]
    public void Busy_ones_come_to_equal_shares()
    {
        var shares = new Dictionary<string, RateShare> { ["a"] = new(900, [1]), ["b"] = new(50, [1]), ["c"] = new(50, [1]) };
        for (var round = 0; round < 200 && RateNegotiation.Next(1000, shares, Options) is { } next; round++)
            shares = next.ToDictionary(n => n.Key, n => new RateShare(n.Value, [1]));
        Assert.All(shares.Values, s => Assert.InRange(s.Max!.Value, 320, 350));
    }

    [Theory]
    [InlineData(1000, 500.0, null, "somebody has nothing")]
    [InlineData(1000, 300.0, 300.0, "it is not the whole")]
    [InlineData(1000, double.NaN, 500.0, "it is no number")]
    [InlineData(1, 1.0, 1.0, "there is nothing to share")]
    public void All_begin_with_equal_shares_where(double rate, double? one, double? other, string why)
    {
        var shares = new Dictionary<string, RateShare> { ["a"] = new(one, [1]), ["b"] = new(other, []) };
        var begin = RateNegotiation.Begin(rate, shares, Options);
        Assert.True(begin is not null, why);
        Assert.All(begin.Values, max => Assert.Equal(Math.Max(1, rate / 2), max));
        Assert.Null(RateNegotiation.Begin(1000, new Dictionary<string, RateShare> { ["a"] = new(700, []), ["b"] = new(300, []) }, Options));
    }

    [Fact]
    public void Without_anybody_busy_nothing_changes()
    {
        Assert.Null(RateNegotiation.Next(1000, new Dictionary<string, RateShare> { ["a"] = new(700, [0.1]), ["b"] = new(300, [0.9]) }, Options));
        Assert.Null(RateNegotiation.Next(1000, new Dictionary<string, RateShare> { ["a"] = new(700, []), ["b"] = new(300, [1]) }, Options)); // a has not said
    }

    [Fact]
    public void A_use_is_told_when_it_has_changed_enough()
    {
        var used = new UsedShares(Options with { HistorySize = 2 });
        Assert.True(used.Note(1, rate: 50, max: 100));
        Assert.False(used.Note(1, 58, 100));
        Assert.True(used.Note(1, 60, 100));
        Assert.Equal([0.6, 0.5], used.Histories[1]);
        Assert.True(used.Note(1, 5000, 100)); // no more than all
        Assert.Equal([1, 0.6], used.Histories[1]);
        Assert.True(used.Note(2, 0.5, 0.1)); // of a share below 1 as if it were 1, as Hermes has it
        Assert.Equal([0.5], used.Histories[2]);
        Assert.True(used.Keep(new HashSet<long> { 2 }));
        Assert.False(used.Keep(new HashSet<long> { 2 }));
        Assert.Equal([2], used.Histories.Keys);
    }

    private static Dictionary<string, double> Settle(double rate, Dictionary<string, double> wants)
    {
        var maxima = wants.ToDictionary(w => w.Key, _ => rate / wants.Count, StringComparer.Ordinal);
        for (var round = 0; round < 500; round++)
        {
            var shares = maxima.ToDictionary(m => m.Key, m => new RateShare(m.Value, [Math.Min(wants[m.Key] / Math.Max(m.Value, 1), 1)]), StringComparer.Ordinal);
            if (RateNegotiation.Next(rate, shares, Options) is not { } next)
                break;
            maxima = next;
        }
        return maxima;
    }

    private static (double Rate, Dictionary<string, RateShare> Shares) RandomShares(Random random)
    {
        double rate = random.Next(1, 2000);
        return (rate, Enumerable.Range(0, random.Next(1, 8)).ToDictionary(i => $"c{i}",
            i => new RateShare(random.Next(5) == 0 ? null : random.NextDouble() * rate, RandomUse(random)), StringComparer.Ordinal));
    }

    private static double[] RandomUse(Random random) => random.Next(4) switch
    {
        0 => [],
        1 => [1],
        _ => [random.NextDouble()],
    };
}
