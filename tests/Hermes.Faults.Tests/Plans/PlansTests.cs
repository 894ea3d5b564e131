using Hermes.Faults.Plans;

namespace Hermes.Faults.Tests.Plans;

/// <summary>Plans are made from seeds, and can be played again from what was printed.</summary>
public sealed class PlansTests
{
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(4);

    [Fact]
    public void The_same_seed_makes_the_same_plan_and_another_one_another()
    {
        var kinds = Enum.GetValues<FaultKind>();
        Assert.Equal(FaultDice.Throw(7, 50, Gap, kinds).ToString(), FaultDice.Throw(7, 50, Gap, kinds).ToString());
        Assert.NotEqual(FaultDice.Throw(7, 50, Gap, kinds).ToString(), FaultDice.Throw(8, 50, Gap, kinds).ToString());
    }

    [Fact]
    public void What_is_printed_is_read_back_as_the_same_plan()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var plan = FaultDice.Throw(seed, 30, Gap, Enum.GetValues<FaultKind>());
            var again = FaultPlan.Parse($"# on the emulator\n{plan}\n");
            Assert.Equal((plan.Seed, plan.End), (again.Seed, again.End));
            Assert.Equal(plan.Faults, again.Faults);
        }
    }

    [Fact]
    public void A_target_has_one_fault_at_a_time()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var faults = FaultDice.Throw(seed, 40, TimeSpan.FromSeconds(1), Enum.GetValues<FaultKind>()).Faults;
            foreach (var (one, next) in faults.GroupBy(f => f.Target).SelectMany(g => g.Zip(g.Skip(1))))
                Assert.True(one.End < next.At, $"seed {seed}: {one} and {next}");
        }
    }

    [Theory]
    [InlineData("1 kill consumer-1 for 1", "no line 'seed NUMBER'")]
    [InlineData("seed x", "names no seed")]
    [InlineData("seed 1\n1 kill consumer-1", "is not of the form")]
    [InlineData("seed 1\n1 break consumer-1 for 1", "'break' is no kind of fault")]
    [InlineData("seed 1\n1 3 consumer-1 for 1", "'3' is no kind of fault")]
    [InlineData("seed 1\n1 kill consumer-3 for 1", "not to 'consumer-3'")]
    [InlineData("seed 1\n1 cut janitor-1/endpoint for 1", "not to 'janitor-1/endpoint'")]
    [InlineData("seed 1\n1 kill consumer-1 for long", "'long' is no number of seconds")]
    public void What_is_no_plan_is_refused_by_name(string text, string says) =>
        Assert.Contains(says, Assert.Throws<FormatException>(() => FaultPlan.Parse(text)).Message, StringComparison.Ordinal);
}
