using Confluent.Kafka;

namespace Hermes.Delivery.DeadLetters;

/// <summary>A Kafka client that writes letters, and the list of those it owes an answer: each letter gets exactly one, also when the client
/// never gives it.</summary>
/// <remarks>An idempotent client can wait without end, for numbers that a broker never gives it, and what is under way when a client is
/// disposed of is never reported. A letter without an answer would hold its partition for good.</remarks>
internal sealed class LetterProducer
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private readonly IProducer<byte[]?, byte[]?> _client;
    private readonly TimeSpan _limit;
    private readonly Action<LetterProducer> _failed;
    private readonly TimeProvider _clock;
    private readonly ITimer _watch;
    private readonly Lock _gate = new();
    private readonly LinkedList<Owed> _owed = new(); // the oldest first
    private readonly TaskCompletionSource _allAnswered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _takesNoMore;

    private sealed record Owed(Action<Error> Answer, long Since);

    /// <param name="config">How the client connects and writes.</param>
    /// <param name="limit">How long a letter may go without an answer; then the client is taken to be stuck.</param>
    /// <param name="failed">Told, on any thread and perhaps more than once, that the client is stuck or has failed for good.</param>
    /// <param name="clock">What the limit is measured by.</param>
    public LetterProducer(ProducerConfig config, TimeSpan limit, Action<LetterProducer> failed, TimeProvider clock)
    {
        (_limit, _failed, _clock) = (limit, failed, clock);
        _client = new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler(Failed).Build();
        _watch = clock.CreateTimer(_ => Watch(), null, limit / 8, limit / 8);
    }

    /// <summary>Sends one letter. Never waits.</summary>
    /// <param name="topic">Where to.</param>
    /// <param name="letter">The record.</param>
    /// <param name="answer">Called once, on any thread, perhaps before the return.</param>
    public void Produce(string topic, Message<byte[]?, byte[]?> letter, Action<Error> answer)
    {
        LinkedListNode<Owed>? owed = null;
        lock (_gate)
            if (!_takesNoMore)
                owed = _owed.AddLast(new Owed(answer, _clock.GetTimestamp()));
        if (owed is null)
        {
            answer(new(ErrorCode.Local_Destroy, "its producer is being replaced"));
            return;
        }

        try
        {
            _client.Produce(topic, letter, report => Answer(owed, report.Error));
        }
        catch (KafkaException e)
        {
            Answer(owed, e.Error); // its queue is full, or it has failed for good
        }
        catch (ObjectDisposedException)
        {
            Answer(owed, new(ErrorCode.Local_Destroy));
        }
    }

    /// <summary>Takes no more, gives what is under way the time to be answered, fails the rest of it, and lets go of the client.</summary>
    public async Task RetireAsync()
    {
        LinkedListNode<Owed>? newest;
        lock (_gate)
        {
            _takesNoMore = true;
            newest = _owed.Last;
            if (newest is null)
                _allAnswered.TrySetResult();
        }

        await _watch.DisposeAsync();
        if (newest is not null)
        {
            // Of a client that is stuck the time is over; what it can still answer, it does soon.
            var left = IsStuck ? Farewell : _limit - _clock.GetElapsedTime(newest.Value.Since);
            await Task.WhenAny(_allAnswered.Task, Task.Delay(left > Farewell ? left : Farewell, _clock, CancellationToken.None));
        }

        await CloseAsync();
    }

    /// <summary>Sends what is queued, within five seconds, and lets go of the client. What has no answer by then fails.</summary>
    public void Close()
    {
        lock (_gate) _takesNoMore = true;
        _client.Flush(Farewell);
        CloseAsync().Wait(Farewell);
        _watch.Dispose();
    }

    // Closing waits for the client's own threads, which a stuck one may keep busy.
    private Task CloseAsync()
    {
        FailOwed();
        return Task.Factory.StartNew(_client.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private bool IsStuck
    {
        get
        {
            lock (_gate) return _owed.First is { } oldest && _clock.GetElapsedTime(oldest.Value.Since) >= _limit;
        }
    }

    private void Watch()
    {
        if (IsStuck) _failed(this);
    }

    private void Failed(IProducer<byte[]?, byte[]?> client, Error error)
    {
        if (error.IsFatal) _failed(this);
    }

    private void Answer(LinkedListNode<Owed> owed, Error error)
    {
        lock (_gate)
        {
            if (owed.List is null) return; // it was answered in the client's stead
            _owed.Remove(owed);
            if (_takesNoMore && _owed.Count == 0) _allAnswered.TrySetResult();
        }

        owed.Value.Answer(error);
    }

    private void FailOwed()
    {
        List<Owed> rest;
        lock (_gate)
        {
            rest = [.. _owed];
            _owed.Clear();
        }

        foreach (var owed in rest)
            owed.Answer(new(ErrorCode.Local_MsgTimedOut, $"the broker's answer did not come within {_limit.TotalSeconds:0} s"));
    }
}
