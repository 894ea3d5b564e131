using Confluent.Kafka;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>Janitors at work in a world in which anything may happen between any two of their calls, and within each.</summary>
internal sealed class History : IDisposable
{
    private readonly List<SimulatedJanitor> _all = [];
    private readonly Script _script;
    private readonly JanitorOptions _options;
    private SimulatedJanitor _leader;
    private int _depth;

    public History(byte[] script)
    {
        _script = new(script);
        _options = new()
        {
            TaskDelay = TimeSpan.FromMinutes(1),
            LongestRetryPause = TimeSpan.FromSeconds(1),
            RepairWindow = TimeSpan.FromDays(3650),
            TombstoneRetention = TimeSpan.FromDays(36_500),
            InactiveAfter = TimeSpan.FromHours(3),
            DryRun = _script.Next(2) == 0,
            MostDeletions = 2,
            Denied = [".*_denied"],
        };
        _leader = Elect();
    }

    public World World { get; } = new();

    /// <summary>What happened, for people.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Plays the script to its end, and then lets all be quiet for long enough.</summary>
    public void Play()
    {
        while (!_script.IsOver)
        {
            if (_script.Next(3) == 0)
                Run((Duty)_script.Next(3));
            else
                Happen();
        }
        World.Hidden = null;
        World.Finish();
        for (var hour = 0; hour < 16; hour++)
        {
            World.Clock.Pass(_options.LongestStep);
            foreach (var duty in Enum.GetValues<Duty>())
                Run(duty);
            World.ApplyNewestPlan();
        }
        World.Truth.JudgeEnd();
    }

    public void Dispose() => _all.ForEach(j => j.Dispose());

    private SimulatedJanitor Elect()
    {
        if (_all.Count > 0)
            World.Tree.Delete(_leader.Guard);
        var edge = new Edge();
        var life = new Life();
        edge.Before = call => Before(call, life);
        edge.After = call => After(call, life);
        edge.Between = Between;
        life.Janitor = new(World, edge, _options, _all.Count + 1);
        _all.Add(life.Janitor);
        _leader = life.Janitor;
        return _leader;
    }

    private void Run(Duty duty)
    {
        var (janitor, from) = (_leader, World.Clock.Passed);
        Trace.Add($"{from}: {janitor.Guard} runs {duty}");
        RunFrom = from;
        _depth++;
        if (janitor.Run(duty) && duty is Duty.Inactive && ReferenceEquals(janitor, _leader))
            World.Truth.Looked(from);
        _depth--;
    }

    private TimeSpan RunFrom { get; set; }

    private void Before(string call, Life life)
    {
        ObjectDisposedException.ThrowIf(life.IsOver, this);
        Trace.Add($"{World.Clock.Passed}: {life.Janitor!.Guard} {call}");
        World.Truth.LookAtTasks();
        var words = call.Split(' ');
        if (words is ["delete", "offsets", var owner, var topic])
            World.Truth.Judge(owner, topic, _options);
        // A deletion that is on its way cannot be stopped; only what is short may happen meanwhile.
        Interrupt(call, life, isSent: words[0] != "delete", isDone: false);
    }

    private void Between(string call)
    {
        World.Truth.LookAtTasks();
        if (call.Split(' ') is ["delete", "group", var group])
            World.Truth.Judge(group, RunFrom, _options);
        switch (_script.Next(32))
        {
            case 0:
                Happen(isShort: true);
                break;
            case 1:
                Trace.Add($"    {call} fails");
                throw new KafkaException(Confluent.Kafka.ErrorCode.NotCoordinatorForGroup);
        }
    }

    private void After(string call, Life life)
    {
        World.Truth.LookAtTasks();
        Interrupt(call, life, isSent: true, isDone: true);
    }

    private void Interrupt(string call, Life life, bool isSent, bool isDone)
    {
        switch (_script.Next(32))
        {
            case < 4:
                Happen(isShort: !isSent);
                break;
            case 4:
                Trace.Add($"    it fails, {(isDone ? "and was done" : "and was not done")}");
                throw call.Contains('/', StringComparison.Ordinal) ? new ConnectionLostException(isDone) : new KafkaException(Confluent.Kafka.ErrorCode.Local_Transport);
            case 5:
                Trace.Add("    it dies");
                life.IsOver = true;
                if (ReferenceEquals(_leader, life.Janitor))
                    Elect();
                throw new ObjectDisposedException(nameof(SimulatedJanitor));
            case 6 when isSent && _depth < 2 && ReferenceEquals(_leader, life.Janitor):
                Usurp(life);
                break;
        }
    }

    /// <summary>Cut off from ZooKeeper, or frozen, while another leads; then it goes on, and may have heard of it or not.</summary>
    private void Usurp(Life life)
    {
        Trace.Add("    it is frozen");
        World.Clock.Pass(TimeSpan.FromSeconds(30));
        Elect();
        var from = RunFrom;
        for (var i = _script.Next(4); i > 0; i--)
        {
            if (_script.Next(2) == 0)
                Run((Duty)_script.Next(3));
            else
                Happen();
        }
        RunFrom = from;
        if (_script.Next(2) == 0)
            life.Janitor!.End();
        Trace.Add($"    {life.Janitor!.Guard} goes on");
    }

    private void Happen(bool isShort = false)
    {
        var what = _script.Next(isShort ? 9 : 15);
        var name = World.Subscriptions[_script.Next(World.Subscriptions.Count)];
        var how = _script.Next(8);
        Trace.Add($"{World.Clock.Passed}:     event {what} {name} {how}");
        switch (what)
        {
            case 0: World.Create(name, restores: how < 3); break;
            case 1: World.Finish(); break;
            case 2 or 3: World.Remove(name, withTask: how < 4); break;
            case 4 or 5: World.Consume(name, how); break;
            case 6: World.CommitAlone(name, how switch { 0 => World.Foreign, 1 or 2 => World.Returns, < 5 => World.Avro, _ => World.Json }); break;
            case 7: World.Publish(); break;
            case 8: World.ToggleJob(name); break;
            case 9: World.ApplyNewestPlan(); break;
            case 10: World.Hide(how); break;
            case 11: World.ChangeTopic(how < 4 ? "JSON" : "AVRO", how % 2 == 0); break;
            case 12:
                World.Clock.Jump(TimeSpan.FromDays(how < 4 ? 30 : -30));
                World.Truth.Jumped();
                break;
            default: World.Clock.Pass(how < 3 ? TimeSpan.FromMilliseconds(500) : how < 6 ? TimeSpan.FromMinutes(40) : TimeSpan.FromHours(2)); break;
        }
    }

    private sealed class Life
    {
        public SimulatedJanitor? Janitor { get; set; }

        public bool IsOver { get; set; }
    }
}
