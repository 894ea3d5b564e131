using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>A call with its request and its reply. Used again once both the caller and the session have let go of it.</summary>
internal sealed class Call<TRequest, TReply> : Call, IValueTaskSource<TReply>, IValueTaskSource
    where TRequest : IRequest<TReply>
{
    private const int MaxPooled = 1024;
    private static readonly ConcurrentQueue<Call<TRequest, TReply>> Pool = new();

    // Continuations run on the pool: user code never holds up the reading thread.
    private ManualResetValueTaskSourceCore<TReply> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private TRequest _request = default!;
    private int _finished;
    private int _holders;

    public override OpCode OpCode => _request.OpCode;

    public override string Path => _request.Path;

    public override bool MayRepeat => TRequest.MayRepeat;

    public override int ReservedXid => TRequest.ReservedXid;

    public override bool IsFinished => Volatile.Read(ref _finished) != 0;

    public static Call<TRequest, TReply> Rent(TRequest request)
    {
        if (!Pool.TryDequeue(out var call))
            call = new();
        call._request = request;
        call._holders = 2;
        Volatile.Write(ref call._finished, 0);
        return call;
    }

    public ValueTask<TReply> ToValueTask() => new(this, _core.Version);

    public ValueTask ToValueTaskWithoutReply() => new(this, _core.Version);

    /// <summary>Lets the token end the caller's wait. The request may still be carried out.</summary>
    public void CancelBy(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (call, token) => ((Call)call!).Fail(new OperationCanceledException(token)), this);
    }

    public override bool WriteTo(JuteWriter writer, WireContext wire)
    {
        if (_request.WriteTo(writer, wire))
            return true;
        if (TryFinish())
            _core.SetResult(default!);
        return false;
    }

    public override void Reply(in ReplyHeader header, ref JuteReader body, WireContext wire)
    {
        if (IsFinished)
            return;
        TReply reply;
        try
        {
            if (header.Error is ErrorCode.Ok)
            {
                reply = _request.Read(ref body, header, wire);
            }
            else if (!_request.TryAnswer(header.Error, wire, out reply))
            {
                Fail(_request.ToException(header.Error));
                return;
            }
        }
        catch (ZooKeeperException e) // a refused multi has a good header
        {
            Fail(e);
            return;
        }
        if (TryFinish())
            _core.SetResult(reply);
    }

    public override void Fail(Exception exception)
    {
        if (TryFinish())
            _core.SetException(exception);
    }

    public override void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;
        _core.Reset();
        _request = default!;
        Xid = 0;
        if (Pool.Count < MaxPooled)
            Pool.Enqueue(this);
    }

    public TReply GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _cancellation.Dispose(); // waits for a callback that runs now, so none meets the next use of this object
            _cancellation = default;
            Release();
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private bool TryFinish() => Interlocked.CompareExchange(ref _finished, 1, 0) == 0;
}
