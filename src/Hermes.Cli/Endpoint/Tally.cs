namespace Hermes.Cli.Endpoint;

/// <summary>Counts what came to the endpoint. Message ids are those of <c>Hermes-Message-Id</c>.</summary>
internal sealed class Tally
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, long> _byStatus = [];
    private long _repeats;
    private long _requests;

    /// <summary>Counts a request that was answered.</summary>
    /// <returns>How many distinct messages have been taken (answered 2xx) by now.</returns>
    public int Add(string? messageId, int status)
    {
        lock (_gate)
        {
            _requests++;
            _byStatus[status] = _byStatus.GetValueOrDefault(status) + 1;
            if (messageId is not null)
            {
                if (_taken.Contains(messageId))
                    _repeats++;
                else if (status is >= 200 and < 300)
                    _taken.Add(messageId);
            }
            return _taken.Count;
        }
    }

    public TallySummary Summarize()
    {
        lock (_gate)
            return new(_taken.Count, _repeats, _requests, new SortedDictionary<int, long>(_byStatus));
    }
}
