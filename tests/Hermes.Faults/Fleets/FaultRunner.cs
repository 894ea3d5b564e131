using Hermes.Faults.Accounts;
using Hermes.Faults.Links;
using Hermes.Faults.Loads;
using Hermes.Faults.Plans;
using Hermes.Shared.Registry;
using Hermes.Testing.Http;
using Hermes.ZooKeeper;

namespace Hermes.Faults.Fleets;

/// <summary>Carries out a plan, each fault at its time.</summary>
internal sealed class FaultRunner(Site site, RunClock clock, Findings findings, Action<string> say)
{
    public const string EnsembleStood = "ensembles that stood still while one disk was full";

    private const string NodeOfConductor = "/conductor";
    private static readonly TimeSpan SlowBy = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Skew = TimeSpan.FromHours(1);
    private static readonly TimeSpan SupervisorPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LateDeath = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ElectionLimit = TimeSpan.FromSeconds(10);
    private static readonly ScriptedAnswer Refusal = new(503);
    private readonly Lock _gate = new();
    private readonly List<Disturbance> _disturbances = [];

    /// <summary>What was done.</summary>
    public IReadOnlyList<Disturbance> Disturbances
    {
        get
        {
            lock (_gate)
                return [.. _disturbances];
        }
    }

    /// <summary>What was not done, and why not.</summary>
    public IReadOnlyDictionary<string, int> Skipped => _skipped;

    private readonly Dictionary<string, int> _skipped = new(StringComparer.Ordinal);

    /// <summary>Carries out the plan; returns when its last fault is over.</summary>
    public async Task RunAsync(FaultPlan plan, CancellationToken cancellationToken)
    {
        var start = clock.Now;
        var under = new List<Task>();
        foreach (var fault in plan.Faults)
        {
            if (start + fault.At - clock.Now is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, TimeProvider.System, cancellationToken);
            if (WhyNot(fault) is { } reason)
            {
                say($"{clock.Now.TotalSeconds,7:0.0} left out: {fault.ToString().Trim()}: {reason}");
                _skipped[reason] = _skipped.GetValueOrDefault(reason) + 1;
                continue;
            }
            under.Add(CarryOutAsync(fault, cancellationToken));
        }
        await Task.WhenAll(under);
    }

    /// <summary>Starts workers again that have ended by themselves, as a supervisor does. That they did is a finding.</summary>
    public async Task SuperviseAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(SupervisorPause);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var worker in site.Workers.Values.Where(w => w.HasDied))
                {
                    findings.Add("workers that ended by themselves", $"{worker.Name} at {clock.Now.TotalSeconds:0.0} s");
                    await worker.StartAsync();
                }
            }
        }
        catch (OperationCanceledException) { } // enough
    }

    private string? WhyNot(PlannedFault fault) => fault.Kind switch
    {
        FaultKind.Fill when !site.Disks.ContainsKey(fault.Target) => site.WhyNoDisk,
        FaultKind.Ahead or FaultKind.Behind when site.Clocks is null => site.WhyNoClocks,
        _ => null,
    };

    private async Task CarryOutAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        say($"{clock.Now.TotalSeconds,7:0.0} {fault.ToString().Trim()}");
        var disturbance = new Disturbance(fault, clock.Now);
        lock (_gate)
            _disturbances.Add(disturbance);
        await BeginAsync(fault);
        await Task.Delay(fault.Length, TimeProvider.System, cancellationToken);
        await EndAsync(fault);
        disturbance.End = clock.Now;
    }

    private async Task BeginAsync(PlannedFault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.Kill when Worker(fault) is { } worker: await worker.KillAsync(); break;
            case FaultKind.Kill when fault.Target == Targets.Broker: await site.Broker.KillAsync(); break;
            case FaultKind.Kill: await Server(fault).KillAsync(); break;
            case FaultKind.Stop:
                if (await Worker(fault)!.StopAsync() is var code and not 0)
                    findings.Add("stops that were not clean", $"{fault.Target}: exit code {code} at {clock.Now.TotalSeconds:0.0} s");
                break;
            case FaultKind.Freeze when Worker(fault) is { } worker: worker.Freeze(); break;
            case FaultKind.Freeze when fault.Target == Targets.Broker: site.Broker.Freeze(); break;
            case FaultKind.Freeze: Server(fault).Freeze(); break;
            case FaultKind.Cut: LinkOf(fault).Cut(); break;
            case FaultKind.Stall: LinkOf(fault).Stall(); break;
            case FaultKind.Slow: LinkOf(fault).Delay = SlowBy; break;
            case FaultKind.Refuse when fault.Target == Targets.Schemas: site.Schemas.Fault = Refusal; break;
            case FaultKind.Refuse: site.Subscribers.Mood = Mood.Refusing; break;
            case FaultKind.Hang when fault.Target == Targets.Schemas: site.Schemas.Hold(); break;
            case FaultKind.Hang: site.Subscribers.Mood = Mood.Hanging; break;
            case FaultKind.Fill: site.Disks[fault.Target].Fill(); break;
            case FaultKind.Ahead: site.Clocks!.Set(fault.Target, Skew); break;
            case FaultKind.Behind: site.Clocks!.Set(fault.Target, -Skew); break;
            default: throw new ArgumentOutOfRangeException(nameof(fault), fault, "No such kind of fault.");
        }
    }

    private async Task EndAsync(PlannedFault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.Kill or FaultKind.Stop when Worker(fault) is { } worker: await worker.StartAsync(); break;
            case FaultKind.Kill when fault.Target == Targets.Broker: await site.Broker.StartAsync(); break;
            case FaultKind.Kill: await Server(fault).BeginAsync(); break;
            case FaultKind.Freeze when Worker(fault) is { } worker: worker.Thaw(); break;
            case FaultKind.Freeze when fault.Target == Targets.Broker: site.Broker.Thaw(); break;
            case FaultKind.Freeze: Server(fault).Thaw(); break;
            case FaultKind.Cut or FaultKind.Stall or FaultKind.Slow: LinkOf(fault).Mend(); break;
            case FaultKind.Refuse when fault.Target == Targets.Schemas: site.Schemas.Fault = null; break;
            case FaultKind.Hang when fault.Target == Targets.Schemas: site.Schemas.Release(); break;
            case FaultKind.Refuse or FaultKind.Hang: site.Subscribers.Mood = Mood.Well; break;
            case FaultKind.Fill when fault.Target == Targets.Broker:
                site.Disks[fault.Target].Empty();
                await RestartIfDeadAsync(() => site.Broker.HasExited, site.Broker.StartAsync);
                break;
            case FaultKind.Fill:
                await CheckOthersServeAsync(fault);
                site.Disks[fault.Target].Empty();
                await RestartIfDeadAsync(() => Server(fault).HasExited, Server(fault).BeginAsync);
                break;
            case FaultKind.Ahead or FaultKind.Behind: site.Clocks!.Set(fault.Target, TimeSpan.Zero); break;
            default: throw new ArgumentOutOfRangeException(nameof(fault), fault, "No such kind of fault.");
        }
    }

    /// <summary>A server that cannot write ends or refuses, and the other two go on: while its disk is full, the ensemble takes a
    /// write. Where another fault holds one of them up, nothing is asked.</summary>
    private async Task CheckOthersServeAsync(PlannedFault fault)
    {
        var start = clock.Now;
        await Stubborn.DoAsync(() => site.Hermes.ZooKeeper.CreateMissingAsync(CancellationToken.None, NodeOfConductor), "the conductor's node", CancellationToken.None);
        await Stubborn.DoAsync(() => site.Hermes.ZooKeeper.SetAsync(NodeOfConductor, default, NodeVersion.Any, CancellationToken.None).AsTask(), "a write while a disk of ZooKeeper is full", CancellationToken.None);
        var took = clock.Now - start;
        say($"{clock.Now.TotalSeconds,7:0.0} {fault.Target}, whose disk is full, {(Server(fault).HasExited ? "has ended" : "runs on")}; the ensemble took a write within {took.TotalSeconds:0.00} s");
        if (took > ElectionLimit && !Disturbances.Any(d => d.Fault.Target != fault.Target && Targets.ZooKeeper.Contains(d.Fault.Target) && d.Meets(start - ElectionLimit, clock.Now)))
            findings.Add(EnsembleStood, $"{took.TotalSeconds:0.00} s for a write while the disk of {fault.Target} was full at {start.TotalSeconds:0.0} s");
    }

    /// <summary>A server ends itself when it cannot write, and may take its time.</summary>
    private async Task RestartIfDeadAsync(Func<bool> hasExited, Func<Task> start)
    {
        for (var from = clock.Now; !hasExited() && clock.Now - from < LateDeath;)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        if (hasExited())
            await start();
    }

    private FleetWorker? Worker(PlannedFault fault) => site.Workers.GetValueOrDefault(fault.Target);

    private Testing.ZooKeeper.ZooKeeperServer Server(PlannedFault fault) => site.Ensemble.Servers[fault.Target[^1] - '1'];

    private Link LinkOf(PlannedFault fault) => fault.Target.Split('/') is [var worker, var service] ? site.Board[worker, service] : throw new ArgumentException($"'{fault.Target}' is no link.", nameof(fault));
}
