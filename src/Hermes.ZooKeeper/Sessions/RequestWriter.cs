using Hermes.ZooKeeper.Calls;
using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>The sending half of a connection: takes calls in their order, as many as wait, and sends them in one go;
/// pings when there was nothing to send for a third of the session time-out. Runs on a thread of its own, so that
/// neither a slow pool nor user code can silence it.</summary>
internal sealed class RequestWriter(CallQueue queue, WireContext wire, int maxRequest, TimeProvider clock)
{
    private const int MaxBatch = 512;
    private static readonly TimeSpan LongestQuiet = TimeSpan.FromSeconds(10);
    private readonly JuteWriter _writer = new(64 * 1024);
    private readonly Call[] _taken = new Call[MaxBatch];
    private readonly List<Call> _sent = new(MaxBatch);
    private int _xid;

    /// <summary>Writes until the connection breaks.</summary>
    public void Run(Connection connection, TimeSpan sessionTimeout)
    {
        var quiet = sessionTimeout / 3 < LongestQuiet ? sessionTimeout / 3 : LongestQuiet;
        var lastSent = clock.GetTimestamp();
        try
        {
            while (!connection.IsBroken)
            {
                var count = queue.Take(_taken, quiet - clock.GetElapsedTime(lastSent), connection);
                if (connection.IsBroken && count == 0)
                    return;
                Encode(_taken.AsSpan(0, count));
                if (_sent.Count == 0 && clock.GetElapsedTime(lastSent) >= quiet)
                    Ping();
                if (_writer.Length == 0)
                    continue;
                queue.Sent(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_sent));
                connection.Send(_writer.Written);
                lastSent = clock.GetTimestamp();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            connection.Break(e);
        }
    }

    private void Encode(Span<Call> calls)
    {
        _writer.Clear();
        _sent.Clear();
        foreach (var call in calls)
        {
            if (!call.IsFinished && TryEncode(call))
                _sent.Add(call);
            else
                call.Release();
        }
        calls.Clear();
    }

    private bool TryEncode(Call call)
    {
        call.Xid = call.ReservedXid != 0 ? call.ReservedXid : _xid = Xid.After(_xid);
        var start = _writer.BeginFrame();
        _writer.Int(call.Xid);
        _writer.Int((int)call.OpCode);
        if (call.WriteTo(_writer, wire))
        {
            var size = _writer.EndFrame(start);
            if (size <= maxRequest)
                return true;
            call.Fail(new RequestTooLargeException(call.OpCode.ToString(), size, maxRequest));
        }
        _writer.CutTo(start);
        return false;
    }

    private void Ping()
    {
        var start = _writer.BeginFrame();
        _writer.Int(Xid.Ping);
        _writer.Int((int)OpCode.Ping);
        _writer.EndFrame(start);
    }
}
