using System.Collections.Concurrent;
using Confluent.Kafka;
using Hermes.Shared.Health;
using Microsoft.Extensions.Logging;

namespace Hermes.Intake;

/// <summary>A thread that serves many intakes: those whose queue has rung, in turns, and each of them by time.</summary>
public sealed partial class IntakeThread : IDisposable
{
    private static readonly TimeSpan Sweep = TimeSpan.FromMilliseconds(100);

    // A turn may wait for the broker, several times up to 10 s, when partitions come.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<RecordIntake> _ready = new();
    private readonly ConcurrentQueue<Action> _orders = new();
    private readonly HashSet<RecordIntake> _intakes = [];
    // It does not spin before it sleeps: that would cost more than the records that come meanwhile.
    private readonly ManualResetEventSlim _wake = new(initialState: false, spinCount: 0);
    private readonly Heartbeat? _heartbeat;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly Thread _thread;
    private int _isAwake;
    private volatile bool _isStopping;

    /// <summary>Starts it.</summary>
    public IntakeThread(int number, ILogger<IntakeThread> logger, TimeProvider clock, Heartbeats? heartbeats = null)
    {
        (_logger, _clock) = (logger, clock);
        _heartbeat = heartbeats?.Register($"intake-{number}", LongestSilence, Servers.Kafka);
        _thread = new(Run) { IsBackground = true, Name = $"Kafka intake {number}" };
        _thread.Start();
    }

    /// <summary>How many intakes it serves.</summary>
    public int Load { get; private set; }

    /// <summary>Gives an intake its turns from now on.</summary>
    public Task AddAsync(RecordIntake intake) => OrderAsync(() =>
    {
        _intakes.Add(intake);
        Load = _intakes.Count;
        Ring(intake);
    });

    /// <summary>Has something done to an intake on its thread, between two turns, if it is served there.</summary>
    public Task ActAsync<TIntake>(TIntake intake, Action<TIntake> act)
        where TIntake : RecordIntake => OrderAsync(() =>
    {
        if (_intakes.Contains(intake))
            Guard(intake, i => act((TIntake)i));
    });

    /// <summary>Gives an intake no more turns; on return it is its owner's alone.</summary>
    public Task RemoveAsync(RecordIntake intake) => OrderAsync(() =>
    {
        _intakes.Remove(intake);
        Load = _intakes.Count;
    });

    /// <summary>Asks for a turn. From any thread; quick.</summary>
    public void Ring(RecordIntake intake)
    {
        if (Interlocked.Exchange(ref intake.IsQueued, 1) != 0)
            return;
        _ready.Enqueue(intake);
        Wake();
    }

    /// <summary>Ends the thread; its intakes are no longer served.</summary>
    public void Dispose()
    {
        _isStopping = true;
        Wake();
        _thread.Join();
        _heartbeat?.Dispose();
        _wake.Dispose();
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _isAwake, 1) == 0)
            _wake.Set();
    }

    private Task OrderAsync(Action order)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Enqueue(() =>
        {
            order();
            done.SetResult();
        });
        Wake();
        return done.Task;
    }

    private void Run()
    {
        var lastSweep = _clock.GetTimestamp();
        while (!_isStopping)
        {
            _heartbeat?.Beat();
            while (_orders.TryDequeue(out var order))
                order();
            // As many as wait now: one that asks again has its next turn after all the others.
            for (var turns = _ready.Count; turns > 0 && _ready.TryDequeue(out var intake); turns--)
                GiveTurn(intake);
            if (_clock.GetElapsedTime(lastSweep) >= Sweep)
            {
                lastSweep = _clock.GetTimestamp();
                foreach (var intake in _intakes.ToArray())
                    Guard(intake, i => i.Tick());
            }
            if (_ready.IsEmpty && _orders.IsEmpty)
            {
                _wake.Wait(Sweep);
                _wake.Reset();
                Volatile.Write(ref _isAwake, 0);
            }
        }
    }

    private void GiveTurn(RecordIntake intake)
    {
        _heartbeat?.Beat();
        Volatile.Write(ref intake.IsQueued, 0);
        if (_intakes.Contains(intake))
        {
            Guard(intake, i =>
            {
                if (i.Step())
                    Ring(i);
            });
        }
    }

    /// <summary>One intake's failure is its own: it is taken out and its owner told.</summary>
    private void Guard(RecordIntake intake, Action<RecordIntake> act)
    {
        try
        {
            act(intake);
        }
        catch (Exception e) // whatever it was, the others go on (invariant I7)
        {
            _intakes.Remove(intake);
            Load = _intakes.Count;
            if (e is not KafkaException)
                Log.IntakeThreadFailed(_logger, e, intake.Name);
            intake.Failed.TrySetResult(e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.IntakeThreadFailed, LogLevel.Error, "The intake of {Subscription} failed in a way that was not expected; it is started again")]
        public static partial void IntakeThreadFailed(ILogger logger, Exception exception, string subscription);
    }
}
