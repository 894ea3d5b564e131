using Hermes.Faults.CommandLines;
using Hermes.Faults.Fleets;
using Hermes.Faults.Plans;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Faults.Tests;

/// <summary>The short run: two consumers, two retransmitters and two janitors as processes, three servers of ZooKeeper, and the emulator,
/// under load, jobs, sweeps and a handful of faults. <c>HERMES_FAULTS_SEED</c> plays a failed run again. Long ones: <c>./faults.sh</c>.</summary>
public sealed class FleetUnderFaults(ITestOutputHelper output)
{
    [Fact]
    public async Task Nothing_is_lost_and_all_moves_again_after_a_handful_of_faults()
    {
        ZooKeeperFixture.RequireInstallation();
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HERMES_FAULTS_SEED"), out var given) ? given : Random.Shared.Next();
        var plan = FaultDice.Throw(seed, 6, TimeSpan.FromSeconds(3), Enum.GetValues<FaultKind>());
        output.WriteLine(plan.ToString());
        var verdict = await new Conductor(new() { Plan = plan, Broker = BrokerKind.Emulator, Rate = 20 }, output.WriteLine).RunAsync(TestContext.Current.CancellationToken);
        foreach (var figure in verdict.Figures)
            output.WriteLine(figure);
        Assert.True(verdict.Findings.AreNone, $"{plan}\n{verdict.Findings}\nWhat each worker wrote is in {(verdict.Findings.AreNone ? "" : Report.Keep(verdict))}");
    }
}
