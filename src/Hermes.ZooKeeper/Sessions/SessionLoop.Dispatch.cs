using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>The reading half: what each frame of the server means.</summary>
internal sealed partial class SessionLoop
{
    private int _ownAuthsUnanswered;
    private bool _hasServed;

    /// <returns>False: the session is over.</returns>
    private bool Dispatch(ReadOnlySpan<byte> frame)
    {
        var reader = new JuteReader(frame);
        var header = ReplyHeader.Read(ref reader);
        switch (header.Xid)
        {
            case Xid.Notification:
                var happened = WatcherEvent.Read(ref reader);
                _wire.Watches.Dispatch(happened.Type, _wire.ToLocal(happened.Path));
                return true;
            case Xid.Ping:
                Served();
                return true;
            case Xid.Auth:
                return Authenticated(header, ref reader);
            case Xid.SetWatches:
                return header.Error is ErrorCode.Ok
                    ? true
                    : throw new MalformedFrameException($"The server refused to set the watches again: {header.Error}.");
            default:
                Answer(header, ref reader);
                Served();
                return true;
        }
    }

    private void Served()
    {
        if (_hasServed)
            return;
        _hasServed = true;
        _outage.Works();
    }

    private void Answer(in ReplyHeader header, ref JuteReader body)
    {
        var call = _queue.Answered(header);
        // Events that came before this reply are with their readers by now, so what it shows is never older than they are.
        if (header.Zxid > 0)
            _lastZxid = header.Zxid;
        try
        {
            call.Reply(header, ref body, _wire);
        }
        catch (Exception e) // the answer came, but nobody can tell what it says
        {
            call.Fail(new ConnectionLostException(maybeApplied: true, e));
            throw;
        }
        finally
        {
            call.Release();
        }
    }

    private bool Authenticated(in ReplyHeader header, ref JuteReader body)
    {
        var isOwn = _ownAuthsUnanswered > 0;
        if (isOwn)
            _ownAuthsUnanswered--;
        else if (_queue.AuthAnswered() is { } call)
        {
            call.Reply(header, ref body, _wire);
            call.Release();
        }
        if (header.Error is ErrorCode.Ok)
            return true;
        _status.Set(_status.Current with { State = SessionState.AuthenticationFailed });
        return false;
    }
}
