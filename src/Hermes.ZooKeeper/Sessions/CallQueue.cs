using System.Diagnostics.CodeAnalysis;
using Hermes.ZooKeeper.Calls;
using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>Calls in their order: those that wait for a connection or their turn, and those in flight on the present one.</summary>
internal sealed class CallQueue(int capacity)
{
    private readonly object _gate = new(); // a monitor: the writing thread waits on it
    private readonly Queue<Call> _inFlight = new();
    private readonly Queue<Call> _authInFlight = new();
    private Queue<Call> _waiting = new();
    private Exception? _end;

    /// <summary>Adds a call, or fails it at once when the client has ended or too many wait.</summary>
    public void Add(Call call)
    {
        Exception? refusal;
        lock (_gate)
        {
            refusal = _end ?? (_waiting.Count < capacity
                ? null
                : new ZooKeeperException(ErrorCode.Throttled, $"{capacity} calls to ZooKeeper wait already; this one was not sent."));
            if (refusal is null)
            {
                _waiting.Enqueue(call);
                if (_waiting.Count == 1)
                    Monitor.Pulse(_gate);
            }
        }
        if (refusal is not null)
            Drop(call, refusal);
    }

    /// <summary>Takes the next calls to write, waiting for one until the time is up or <see cref="Wake"/> is called.</summary>
    public int Take(Call[] batch, TimeSpan patience, Connection connection)
    {
        lock (_gate)
        {
            // A connection breaks first and wakes us then: asked within the lock, neither can slip by.
            if (_waiting.Count == 0 && patience > TimeSpan.Zero && !connection.IsBroken)
                Monitor.Wait(_gate, patience);
            var count = 0;
            while (count < batch.Length && _waiting.TryDequeue(out var call))
                batch[count++] = call;
            return count;
        }
    }

    /// <summary>Ends a wait in <see cref="Take"/>.</summary>
    public void Wake()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    /// <summary>Notes calls as sent, ahead of sending them.</summary>
    public void Sent(ReadOnlySpan<Call> calls)
    {
        lock (_gate)
        {
            foreach (var call in calls)
                (call.ReservedXid == Xid.Auth ? _authInFlight : _inFlight).Enqueue(call);
        }
    }

    /// <summary>Takes the call that a reply answers.</summary>
    /// <exception cref="MalformedFrameException">The reply answers no call, or not the oldest.</exception>
    public Call Answered(in ReplyHeader header)
    {
        lock (_gate)
        {
            if (!_inFlight.TryPeek(out var oldest))
                throw new MalformedFrameException($"The server answered request {header.Xid}, but none is in flight.");
            if (oldest.Xid == header.Xid)
                return _inFlight.Dequeue();
            // Two refusals are written by other threads of the server and overtake the replies that wait.
            if ((int)header.Error is (int)ErrorCode.Unimplemented or SaslAuthenticationRequired && TakeOut(header.Xid, out var call))
                return call;
            throw new MalformedFrameException($"The server answered request {header.Xid}, but {oldest.Xid} was to be answered first.");
        }
    }

    /// <summary>Fails the call whose reply is too large to be taken, so that it is not asked for again.</summary>
    public void RefuseReply(int xid, int size, int limit)
    {
        Call? call;
        lock (_gate)
        {
            if (!_inFlight.TryPeek(out call) || call.Xid != xid)
                return; // no reply, but garbage
            _inFlight.Dequeue();
        }
        Drop(call, new ReplyTooLargeException(call.OpCode.ToString(), call.Path, size, limit));
    }

    /// <summary>Takes the call that the next auth reply answers, if it was not one of the client's own.</summary>
    public Call? AuthAnswered()
    {
        lock (_gate)
            return _authInFlight.TryDequeue(out var call) ? call : null;
    }

    /// <summary>After a connection broke: calls that may be repeated wait again, ahead of the others; the rest fail, since
    /// nobody knows whether they happened.</summary>
    public void ConnectionBroke(Exception cause)
    {
        List<Call> unknown = [];
        lock (_gate)
        {
            var again = new Queue<Call>();
            foreach (var call in _authInFlight.Concat(_inFlight))
            {
                if (call.MayRepeat)
                    again.Enqueue(call);
                else
                    unknown.Add(call);
            }
            _authInFlight.Clear();
            _inFlight.Clear();
            while (_waiting.TryDequeue(out var call))
                again.Enqueue(call);
            _waiting = again;
        }
        foreach (var call in unknown)
            Drop(call, new ConnectionLostException(maybeApplied: true, cause));
    }

    /// <summary>After the session expired: what was to change something was meant for that session.</summary>
    public void SessionExpired()
    {
        List<Call> meantForIt = [];
        lock (_gate)
        {
            var again = new Queue<Call>();
            while (_waiting.TryDequeue(out var call))
            {
                if (call.MayRepeat)
                    again.Enqueue(call);
                else
                    meantForIt.Add(call);
            }
            _waiting = again;
        }
        foreach (var call in meantForIt)
            Drop(call, new SessionExpiredException(maybeApplied: false));
    }

    /// <summary>Fails all calls, now and from now on.</summary>
    public void End(Exception why)
    {
        Call[] all;
        lock (_gate)
        {
            _end ??= why;
            all = [.. _authInFlight, .. _inFlight, .. _waiting];
            _authInFlight.Clear();
            _inFlight.Clear();
            _waiting.Clear();
            Monitor.PulseAll(_gate);
        }
        foreach (var call in all)
            Drop(call, why);
    }

    private const int SaslAuthenticationRequired = -124;

    private bool TakeOut(int xid, [NotNullWhen(true)] out Call? found)
    {
        found = null;
        for (var i = _inFlight.Count; i > 0; i--)
        {
            var call = _inFlight.Dequeue();
            if (found is null && call.Xid == xid)
                found = call;
            else
                _inFlight.Enqueue(call);
        }
        return found is not null;
    }

    private static void Drop(Call call, Exception why)
    {
        call.Fail(why);
        call.Release();
    }
}
