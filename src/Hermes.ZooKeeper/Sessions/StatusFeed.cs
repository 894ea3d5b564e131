using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>The session's status, and its changes to whoever listens.</summary>
internal sealed class StatusFeed(SessionStatus initial)
{
    private readonly Lock _gate = new();
    private readonly List<Channel<SessionStatus>> _listeners = [];
    private SessionStatus _current = initial;

    public SessionStatus Current => Volatile.Read(ref _current);

    /// <summary>Sets the status if it is still the one that the caller saw.</summary>
    public bool TryReplace(SessionStatus seen, SessionStatus status)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_current, seen))
                return false;
            Set(status);
            return true;
        }
    }

    public void Set(SessionStatus status)
    {
        lock (_gate)
        {
            Volatile.Write(ref _current, status);
            foreach (var listener in _listeners)
            {
                listener.Writer.TryWrite(status);
                if (IsFinal(status.State))
                    listener.Writer.TryComplete();
            }
        }
    }

    public async IAsyncEnumerable<SessionStatus> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<SessionStatus>();
        lock (_gate)
        {
            channel.Writer.TryWrite(_current);
            if (IsFinal(_current.State))
                channel.Writer.TryComplete();
            else
                _listeners.Add(channel);
        }
        try
        {
            await foreach (var status in channel.Reader.ReadAllAsync(cancellationToken))
                yield return status;
        }
        finally
        {
            lock (_gate)
                _listeners.Remove(channel);
        }
    }

    private static bool IsFinal(SessionState state) => state is SessionState.Closed or SessionState.AuthenticationFailed;
}
