using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Hermes.Delivery.Sending.Plain;

/// <summary>One TCP connection to an endpoint, for one exchange at a time: a request goes out, and the head of its answer comes back.</summary>
/// <remarks>When an exchange throws, the connection is of no more use.</remarks>
internal sealed class PlainConnection(Socket socket, long openedAt) : IDisposable
{
    private const int UsualAnswer = 2 * 1024;
    private const int MostHead = 64 * 1024; // of an answer, all its interim ones counted in; as the framework's handler has it
    private byte[] _buffer = new byte[UsualAnswer];
    private int _filled;
    private AnswerBody _body;

    /// <summary>When it was opened, as a timestamp of the clock.</summary>
    public long OpenedAt => openedAt;

    /// <summary>When it was last used, as a timestamp of the clock.</summary>
    public long UsedAt { get; set; }

    /// <summary>Whether the other side has closed it, or has said something that nobody asked for: then it must not be used again.</summary>
    public bool IsStale
    {
        get
        {
            try
            {
                return socket.Poll(0, SelectMode.SelectRead);
            }
            catch (SocketException)
            {
                return true;
            }
        }
    }

    /// <summary>Sends a request and waits for the status of its answer.</summary>
    /// <exception cref="OperationCanceledException">Cut off by the token.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(Answer Answer, Aftermath Aftermath)> ExchangeAsync(SendRequest request, PlainRoute route, CancellationToken cancellationToken)
    {
        var writer = new RequestWriter(request, route);
        try
        {
            if (!writer.Rest.IsEmpty) return await ExchangeAsync(writer.Written, writer.Rest, cancellationToken);
            try
            {
                await SendAllAsync(writer.Written, cancellationToken);
            }
            catch (SocketException)
            {
                // It may have answered before it closed.
            }
        }
        finally
        {
            writer.Dispose();
        }
        return await ReadAnswerAsync(cancellationToken);
    }

    /// <summary>Reads away what is left of the answer.</summary>
    /// <param name="most">How many bytes of it are worth it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether the connection is free again.</returns>
    /// <exception cref="SocketException">It is broken.</exception>
    public async Task<bool> DrainAsync(int most, CancellationToken cancellationToken)
    {
        while (!_body.IsOver && !_body.IsEndless && most > 0)
        {
            var read = await socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None, cancellationToken);
            if (read == 0) return false;
            most -= read;
            if (_body.Take(_buffer.AsSpan(0, read)) < read) return false; // more than it had to say
        }
        return _body.IsOver;
    }

    public void Dispose() => socket.Dispose();

    /// <summary>A large body: an endpoint may answer and stop reading before it has all of it, so that both go on at once.</summary>
    private async ValueTask<(Answer Answer, Aftermath Aftermath)> ExchangeAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answering = ReadAnswerAsync(answered.Token).AsTask();
        var sending = SendBothAsync(head, body, answered.Token);
        try
        {
            await Task.WhenAny(answering, sending);
            var (answer, aftermath) = await answering;
            return (answer, sending.IsCompletedSuccessfully ? aftermath : Aftermath.Close);
        }
        finally
        {
            await answered.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)answering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendBothAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await SendAllAsync(head, cancellationToken);
        await SendAllAsync(body, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(Answer Answer, Aftermath Aftermath)> ReadAnswerAsync(CancellationToken cancellationToken)
    {
        var head = new AnswerHead(0, wantsPause: true);
        while (true)
        {
            switch (head.Read(_buffer.AsSpan(0, _filled)))
            {
                case HeadState.Malformed:
                    return (Answer.None(nameof(HttpRequestError.InvalidResponse)), Aftermath.Close);
                case HeadState.Complete when head.IsInterim:
                    head = new(head.End, wantsPause: true);
                    continue;
                case HeadState.Complete:
                    return (Answer.Of(head.Status, head.RetryAfter), Follow(head));
            }
            if (_filled == MostHead) return (Answer.None(nameof(HttpRequestError.ConfigurationLimitExceeded)), Aftermath.Close);
            if (_filled == _buffer.Length) Array.Resize(ref _buffer, Math.Min(2 * _buffer.Length, MostHead));
            var read = await ReceiveAsync(cancellationToken);
            if (read == 0) return (Answer.None(nameof(HttpRequestError.ResponseEnded)), Aftermath.Close);
            _filled += read;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await socket.ReceiveAsync(_buffer.AsMemory(_filled), SocketFlags.None, cancellationToken);
        }
        catch (SocketException)
        {
            return 0; // reset: an end as any other
        }
    }

    private Aftermath Follow(in AnswerHead head)
    {
        _body = head.Body;
        var rest = _filled - head.End;
        var taken = _body.Take(_buffer.AsSpan(head.End, rest));
        _filled = 0;
        // Bytes behind the answer belong to nothing that was asked for: whatever they are, they must not be read as the next answer.
        if (_body.IsEndless || taken < rest) return Aftermath.Close;
        return _body.IsOver ? Aftermath.Keep : Aftermath.Drain;
    }
}
