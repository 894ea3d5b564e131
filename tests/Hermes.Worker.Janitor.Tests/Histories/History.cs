using Confluent.Kafka;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>Janitors at work in a world in which anything may happen between any two of their calls, and within each.</summary>
/// <remarks>Most of it is aimed: an episode brings something about that a janitor may delete, and at one of the calls of the run
/// that is about to do so somebody comes in between (<see cref="Strike"/>). What is only scattered over the whole time seldom
/// meets the few calls that matter.</remarks>
internal sealed class History : IDisposable
{
    private const int Places = 44; // before and after each call of a deletion, and some on either side of it
    private const int FewPlaces = 14; // until the look at one subscription is over, and what follows from it
    private readonly List<SimulatedJanitor> _all = [];
    private readonly Script _script;
    private readonly JanitorOptions _options;
    private Life _leader;
    private int _depth;
    private Aim? _aim;
    private bool _isScattered;

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
        _leader = Elect(null);
    }

    public World World { get; } = new();

    /// <summary>What happened, for people.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Plays the script to its end, and then lets all be quiet for long enough.</summary>
    public void Play()
    {
        while (!_script.IsOver)
        {
            switch (_script.Next(10))
            {
                case 0:
                    Happen();
                    break;
                case 1:
                    _isScattered = true;
                    Run((Duty)_script.Next(3));
                    _isScattered = false;
                    break;
                case 2 or 3:
                    Aimed(Duty.Tasks, RemoveWithTask());
                    break;
                case 4 or 5:
                    Aimed(Duty.Inactive, Abandon());
                    break;
                case 6:
                    Aimed(Duty.Inactive, LeaveOffsets());
                    break;
                case 7:
                    Aimed(Duty.Inactive, ReturnOnce());
                    break;
                case 8:
                    Aimed(Duty.Tasks, ComeBack(), FewPlaces);
                    break;
                default:
                    Aimed(Duty.Inactive, BeAway());
                    break;
            }
        }
        World.Hidden = null;
        World.Finish();
        for (var hour = 0; hour < 12; hour++)
        {
            World.Clock.Pass(_options.LongestStep);
            foreach (var duty in new[] { Duty.Tasks, Duty.Tombstones, Duty.Inactive })
                Run(duty);
            World.ApplyPlan(isNewest: true);
            World.CarryOutJobs();
        }
        World.Truth.JudgeEnd();
    }

    public void Dispose() => _all.ForEach(j => j.Dispose());

    /// <summary>A subscription was there and is removed, with a task.</summary>
    private string RemoveWithTask()
    {
        var name = Settled();
        World.Remove(name, withTask: true);
        World.Clock.Pass(_options.TaskDelay * 2);
        return name;
    }

    /// <summary>A subscription is there again before its task is done, and at times is not seen.</summary>
    private string ComeBack()
    {
        var name = RemoveWithTask();
        World.Create(name, restores: false);
        World.Finish();
        if (_script.Next(3) == 0)
            World.Hide(1);
        return name;
    }

    /// <summary>A subscription was there and is removed without a task, and its group rests until it is ripe, or nearly.</summary>
    private string Abandon()
    {
        var name = Settled();
        if (_script.Next(2) == 0)
            Run(Duty.Inactive); // seen while its subscription was there
        World.Remove(name, withTask: false);
        Rest(name);
        return name;
    }

    /// <summary>The group of a living subscription has offsets of a topic that it does not read.</summary>
    private string LeaveOffsets()
    {
        var name = Settled();
        World.CommitAlone(name, World.Returns);
        Rest(name);
        return name;
    }

    /// <summary>A part of the registry is not seen for long; then a subscription is removed at once.</summary>
    private string BeAway()
    {
        var name = Settled();
        World.Hide(_script.Next(2));
        Watch(looks: 5);
        World.Hidden = null;
        World.Remove(name, withTask: false);
        World.ApplyPlan(isNewest: true);
        return name;
    }

    /// <summary>A plan names an abandoned group; then it is used once more, and abandoned again, before somebody says yes to that plan.</summary>
    private string ReturnOnce()
    {
        var name = Settled();
        World.Remove(name, withTask: false);
        Watch(looks: 4);
        Move(name);
        Watch(looks: 4);
        World.ApplyPlan(isNewest: false);
        return name;
    }

    private void Watch(int looks)
    {
        for (var look = 0; look < looks; look++)
        {
            World.Clock.Pass(_options.LongestStep);
            Run(Duty.Inactive);
        }
    }

    /// <summary>One who is no member reads on, and commits.</summary>
    private void Move(string name)
    {
        World.Publish();
        World.CommitAlone(name, World.Json);
    }

    /// <summary>Has a subscription be there, without members.</summary>
    private string Settled()
    {
        var name = World.Subscriptions[_script.Next(8) switch { < 4 => 0, < 6 => 1, 6 => 2, _ => 3 }];
        World.Hidden = null;
        World.Consume(name, 2);
        World.Create(name, restores: false);
        World.Finish();
        if (_script.Next(4) == 0)
            World.Publish();
        return name;
    }

    /// <summary>Look after look, mostly with nothing in between; then somebody may say yes, to a plan of now or of long ago.</summary>
    private void Rest(string name)
    {
        var hours = 3 + _script.Next(3);
        // At times too short for anything to be ripe, whatever the server's clock says.
        var step = _script.Next(4) == 0 ? _options.LongestStep / 6 : _options.LongestStep;
        var (hour, what) = (_script.Next(8), _script.Next(6));
        for (var look = 0; look < hours; look++)
        {
            World.Clock.Pass(step);
            if (look == hour)
            {
                Trace.Add($"{World.Clock.Passed}:     rest is disturbed {what} {name}");
                switch (what)
                {
                    case 0: Move(name); break;
                    case 1: Jump(days: 30); break;
                    case 2: Jump(days: -30); break;
                    case 3: World.Clock.Pass(TimeSpan.FromDays(9)); break;
                    case 4: Elect(_leader); break;
                    default: Happen(); break;
                }
            }
            Run(Duty.Inactive);
        }
        if (_script.Next(4) is var yes and < 3)
            World.ApplyPlan(isNewest: yes > 0);
    }

    private void Aimed(Duty duty, string name, int places = Places)
    {
        var from = _script.Next(4) == 0 ? "" : "get /h/janitor/tombstones/"; // the first call of a deletion
        _aim = new(name, from, _script.Next(places));
        Trace.Add($"{World.Clock.Passed}: aimed at {name}, call {_aim.Left} from '{from}' on");
        Run(duty);
        _aim = null;
        if (_script.Next(2) == 0)
            World.Finish();
        if (_script.Next(2) == 0)
            Run(Duty.Tombstones);
    }

    private Life Elect(Life? former)
    {
        if (former is not null)
        {
            World.Tree.Delete(former.Janitor!.Guard);
            former.DeposedAt ??= World.Clock.Passed;
        }
        var edge = new Edge();
        var life = new Life();
        edge.Before = call => Before(call, life);
        edge.After = call => After(call, life);
        edge.Between = call => Between(call, life);
        life.Janitor = new(World, edge, _options, _all.Count + 1);
        _all.Add(life.Janitor);
        _leader = life;
        return life;
    }

    private void Run(Duty duty)
    {
        var (life, from) = (_leader, World.Clock.Passed);
        Trace.Add($"{from}: {life.Janitor!.Guard} runs {duty}");
        RunFrom = from;
        _depth++;
        if (life.Janitor.Run(duty) && duty is Duty.Inactive && ReferenceEquals(life, _leader))
            World.Truth.Looked(from);
        _depth--;
    }

    private TimeSpan RunFrom { get; set; }

    private void Before(string call, Life life)
    {
        ObjectDisposedException.ThrowIf(life.IsOver, this);
        Trace.Add($"{World.Clock.Passed}: {life.Janitor!.Guard} {call}");
        World.Truth.LookAtTasks();
        if (call.Split(' ') is ["delete", "offsets", var owner, var topic])
        {
            World.Truth.JudgeLeader(call, life.DeposedAt);
            World.Truth.Judge(owner, topic, _options);
        }
        else if (call.StartsWith("commit ", StringComparison.Ordinal))
            World.Truth.JudgeLeader(call, life.DeposedAt);
        // What is on its way to Kafka cannot be stopped; only what is short may happen meanwhile.
        var isSent = call.StartsWith("delete offsets", StringComparison.Ordinal) || call.StartsWith("delete group", StringComparison.Ordinal) || call.StartsWith("commit ", StringComparison.Ordinal);
        Interrupt(call, life, isOnItsWay: isSent, isDone: false);
    }

    private void Between(string call, Life life)
    {
        World.Truth.LookAtTasks();
        if (call.Split(' ') is ["delete", "group", var group])
        {
            World.Truth.JudgeLeader(call, life.DeposedAt);
            World.Truth.Judge(group, RunFrom, _options);
        }
        if (!_isScattered)
            return;
        switch (_script.Next(16))
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
        World.Truth.Read(call);
        if (call.StartsWith("multi ", StringComparison.Ordinal))
        {
            World.Truth.JudgeWrite(call, life.DeposedAt);
            World.Truth.JudgePlans(RunFrom, _options);
        }
        Interrupt(call, life, isOnItsWay: false, isDone: true);
    }

    private void Interrupt(string call, Life life, bool isOnItsWay, bool isDone)
    {
        if (_aim is { } aim && ReferenceEquals(_leader, life) && aim.IsNow(call))
        {
            _aim = null;
            Strike(_script.Next(20), aim.Name, call, life, isOnItsWay, isDone);
            return;
        }
        if (!_isScattered)
            return;
        switch (_script.Next(32))
        {
            case < 4:
                Happen(isShort: isOnItsWay);
                break;
            case 4:
                Fail(call, isDone);
                break;
            case 5:
                Die(life);
                break;
            case 6 when !isOnItsWay && _depth < 2 && ReferenceEquals(_leader, life):
                Usurp(life);
                break;
        }
    }

    /// <summary>What comes in between, and then mostly a while in which it could have been seen.</summary>
    private void Strike(int what, string name, string call, Life life, bool isOnItsWay, bool isDone)
    {
        Trace.Add($"{World.Clock.Passed}:     strike {what} {name}");
        switch (what)
        {
            case 0 or 1: World.Create(name, restores: false); break;
            case 2 or 3:
                World.Create(name, restores: what == 2);
                World.Finish();
                break;
            case 4 or 5: Move(name); break;
            case 6: World.CommitAlone(name, World.Returns); break;
            case 7: World.JoinAlone(name); break;
            case 8: World.ToggleJob(name); break;
            case 9: World.AskAnew(name); break;
            case 10: World.Hide(_script.Next(3)); break;
            case 11: World.Remove(name, withTask: false); break;
            case 12:
                World.Create(name, restores: false);
                World.Finish();
                World.Remove(name, withTask: false);
                break;
            case 13: World.ChangeTopic("AVRO", isMigrated: false); break;
            case 14: Fail(call, isDone); return;
            case 15: Die(life); return;
            case < 19 when !isOnItsWay: Usurp(life); return;
            default: Happen(isShort: true); break;
        }
        if (!isOnItsWay && _script.Next(4) > 0)
            World.Clock.Pass(TimeSpan.FromSeconds(3));
    }

    private void Fail(string call, bool isDone)
    {
        Trace.Add($"    it fails, {(isDone ? "and was done" : "and was not done")}");
        throw call.Contains('/', StringComparison.Ordinal) ? new ConnectionLostException(isDone) : new KafkaException(Confluent.Kafka.ErrorCode.Local_Transport);
    }

    private void Die(Life life)
    {
        Trace.Add("    it dies");
        life.IsOver = true;
        if (ReferenceEquals(_leader, life))
            Elect(life);
        throw new ObjectDisposedException(nameof(SimulatedJanitor));
    }

    /// <summary>Cut off from ZooKeeper, or frozen, while another leads; then it goes on, and may have heard of it or not.</summary>
    private void Usurp(Life life)
    {
        Trace.Add("    it is frozen");
        World.Clock.Pass(TimeSpan.FromSeconds(30));
        Elect(life);
        var from = RunFrom;
        for (var i = _script.Next(4); i > 0; i--)
        {
            if (_script.Next(2) == 0)
                Run((Duty)_script.Next(3));
            else
                Happen();
        }
        RunFrom = from;
        if (_script.Next(3) == 0)
            life.Janitor!.End();
        Trace.Add($"    {life.Janitor!.Guard} goes on");
    }

    private void Happen(bool isShort = false)
    {
        var what = _script.Next(isShort ? 11 : 16);
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
            case 9: World.AskAnew(name); break;
            case 10: World.JoinAlone(name); break;
            case 11: World.ApplyPlan(isNewest: how < 6); break;
            case 12: World.Hide(how); break;
            case 13: World.ChangeTopic(how < 4 ? "JSON" : "AVRO", how % 2 == 0); break;
            case 14: Jump(how < 4 ? 30 : -30); break;
            default: World.Clock.Pass(how < 3 ? TimeSpan.FromMilliseconds(500) : how < 6 ? TimeSpan.FromMinutes(40) : TimeSpan.FromHours(2)); break;
        }
    }

    private void Jump(int days)
    {
        World.Clock.Jump(TimeSpan.FromDays(days));
        World.Truth.Jumped();
    }

    private sealed class Life
    {
        public SimulatedJanitor? Janitor { get; set; }

        public bool IsOver { get; set; }

        /// <summary>Since when it leads no more.</summary>
        public TimeSpan? DeposedAt { get; set; }
    }

    /// <summary>At which of a run's calls somebody comes in between.</summary>
    private sealed class Aim(string name, string from, int left)
    {
        private bool _hasBegun;
        private int _left = left;

        public string Name => name;

        public int Left => _left;

        /// <summary>Counts what goes before and after each call, from the first of a kind on.</summary>
        public bool IsNow(string call)
        {
            _hasBegun |= call.StartsWith(from, StringComparison.Ordinal);
            return _hasBegun && _left-- == 0;
        }
    }
}
