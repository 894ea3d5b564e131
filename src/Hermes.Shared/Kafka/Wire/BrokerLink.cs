using System.Buffers.Binary;
using System.Net.Sockets;

namespace Hermes.Shared.Kafka.Wire;

/// <summary>A connection to one broker: one request at a time, and its answer. Once a call has failed, or was cancelled, it is of no use.</summary>
internal sealed class BrokerLink : IDisposable
{
    private const string ClientId = "hermes-administration";
    private const short ApiVersions = 18, FindCoordinator = 10, OffsetDelete = 47;
    private const int LargestAnswer = 1 << 28;
    private readonly TcpClient _tcp;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<short, (short Lowest, short Highest)> _versions = [];
    private NetworkStream? _stream;
    private int _correlation;

    private BrokerLink(TcpClient tcp) => _tcp = tcp;

    /// <summary>Connects, and asks what the broker speaks.</summary>
    /// <exception cref="IOException">It cannot be reached, or has ended the connection.</exception>
    /// <exception cref="SocketException">The same.</exception>
    public static async Task<BrokerLink> OpenAsync(string host, int port, CancellationToken cancellationToken)
    {
        var link = new BrokerLink(new() { NoDelay = true });
        try
        {
            await link._tcp.ConnectAsync(host, port, cancellationToken);
            link._stream = link._tcp.GetStream();
            await link.LearnVersionsAsync(cancellationToken);
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>How new the broker is, by the requests that it knows.</summary>
    public BrokerRelease Release =>
        _versions.TryGetValue(FindCoordinator, out var find) && find.Highest >= 4 ? BrokerRelease.From30
        : _versions.ContainsKey(OffsetDelete) ? BrokerRelease.From24 : BrokerRelease.Before24;

    /// <summary>Asks about some groups.</summary>
    /// <exception cref="NotSupportedException">The broker is too old for the request.</exception>
    /// <exception cref="IOException">It has ended the connection.</exception>
    /// <exception cref="InvalidDataException">Its answer is no such answer.</exception>
    public async Task<IReadOnlyList<(string Group, Confluent.Kafka.ErrorCode Error, T Found)>> AskAsync<T>(
        GroupCall<T> call, IReadOnlyCollection<string> groups, CancellationToken cancellationToken)
    {
        if (!_versions.TryGetValue(call.ApiKey, out var known) || call.Version < known.Lowest || call.Version > known.Highest)
            throw new NotSupportedException($"The broker does not know request {call.ApiKey} in version {call.Version}.");
        var request = Head(call.ApiKey, call.Version);
        request.NoTags();
        call.Write(request, groups);
        var answer = await ExchangeAsync(request, cancellationToken);
        answer.SkipTags();
        return call.Read(answer);
    }

    /// <summary>Ends the connection; calls under way fail.</summary>
    public void Dispose() => _tcp.Dispose();

    private async Task LearnVersionsAsync(CancellationToken cancellationToken)
    {
        // Version 0, which every broker speaks, is of the older encoding.
        var answer = await ExchangeAsync(Head(ApiVersions, 0), cancellationToken);
        if (answer.Int16() is var error and not 0)
            throw new IOException($"The broker does not say what it speaks: {(Confluent.Kafka.ErrorCode)error}.");
        for (var left = answer.Int32(); left > 0; left--)
            _versions[answer.Int16()] = (answer.Int16(), answer.Int16());
    }

    private WireWriter Head(short apiKey, short version)
    {
        var request = new WireWriter();
        request.Int16(apiKey);
        request.Int16(version);
        request.Int32(Interlocked.Increment(ref _correlation));
        request.OldString(ClientId);
        return request;
    }

    private async Task<WireReader> ExchangeAsync(WireWriter request, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var stream = _stream!;
            var size = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(size, request.Written.Length);
            await stream.WriteAsync((byte[])[.. size, .. request.Written.Span], cancellationToken);
            await stream.ReadExactlyAsync(size, cancellationToken);
            var length = BinaryPrimitives.ReadInt32BigEndian(size);
            if (length is < sizeof(int) or > LargestAnswer)
                throw new InvalidDataException($"The broker's answer claims {length} bytes.");
            var answer = new byte[length];
            await stream.ReadExactlyAsync(answer, cancellationToken);
            // One request at a time: the number can only be ours, unless it is no Kafka.
            if (!answer.AsSpan(0, sizeof(int)).SequenceEqual(request.Written.Span.Slice(2 * sizeof(short), sizeof(int))))
                throw new InvalidDataException("The broker has answered another request.");
            return new(answer.AsMemory(sizeof(int)));
        }
        finally
        {
            _turn.Release();
        }
    }
}
