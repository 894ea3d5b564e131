using System.Collections.Concurrent;
using System.Net.Sockets;
using Confluent.Kafka;

namespace Hermes.Shared.Kafka.Wire;

/// <summary>Asks about many groups with few requests: each coordinator is asked for all of its groups at once (decision 22).</summary>
/// <param name="bootstrap">The brokers that are known from the start.</param>
internal sealed class GroupRequests(IReadOnlyList<(string Host, int Port)> bootstrap) : IDisposable
{
    /// <summary>Groups in one request at most: an answer of all their offsets stays a few megabytes.</summary>
    public const int MostAtOnce = 200;

    private const int MostKnown = 100_000;
    private static readonly CoordinatorCall Coordinators = new();
    private readonly ConcurrentDictionary<string, (string Host, int Port)> _coordinators = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Host, int Port), Task<BrokerLink>> _links = [];
    private readonly Lock _gate = new();
    private bool _isDisposed;

    /// <summary>Asks, and again about those groups for which the broker has no answer for the time being.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="groups">About which groups.</param>
    /// <param name="limit">For all of it.</param>
    /// <param name="isRepeatable">Whether it may be asked again; if not, it is asked once.</param>
    /// <returns>For each group its answer, or why there is none.</returns>
    /// <exception cref="NotSupportedException">A broker is too old for it.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed of meanwhile.</exception>
    public async Task<IReadOnlyDictionary<string, GroupAnswer<T>>> AskAsync<T>(GroupCall<T> call, IReadOnlyCollection<string> groups, TimeSpan limit, bool isRepeatable)
    {
        var started = TimeProvider.System.GetTimestamp();
        var answers = new ConcurrentDictionary<string, GroupAnswer<T>>(StringComparer.Ordinal);
        var open = groups.Distinct(StringComparer.Ordinal).ToList();
        while (open.Count > 0)
        {
            var left = limit - TimeProvider.System.GetElapsedTime(started);
            await AttemptAsync(call, open, answers, left < Patience.OneAttempt ? left : Patience.OneAttempt);
            open = [.. open.Where(g => answers[g].Failure is { } failure && Patience.Passes(failure.Error))];
            if (open.Count == 0 || !isRepeatable || TimeProvider.System.GetElapsedTime(started) + Patience.Pause >= limit)
                break;
            await Task.Delay(Patience.Pause, TimeProvider.System);
        }
        return answers;
    }

    public void Dispose()
    {
        List<Task<BrokerLink>> links;
        lock (_gate)
        {
            _isDisposed = true;
            links = [.. _links.Values];
            _links.Clear();
        }
        links.ForEach(Close);
    }

    private async Task AttemptAsync<T>(GroupCall<T> call, IReadOnlyList<string> groups, ConcurrentDictionary<string, GroupAnswer<T>> answers, TimeSpan limit)
    {
        using var end = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, TimeProvider.System);
        foreach (var group in groups)
            answers[group] = new(default!, new(ErrorCode.Local_Transport)); // until there is a better one
        foreach (var unknown in groups.Where(g => !_coordinators.ContainsKey(g)).Chunk(MostAtOnce))
        {
            await TryAsync(unknown, answers, async () =>
            {
                foreach (var (group, error, broker) in await AskAnyAsync(unknown, end.Token))
                {
                    if (error is ErrorCode.NoError)
                        _coordinators[group] = broker;
                    else
                        answers[group] = new(default!, new(error));
                }
            });
        }
        var byBroker = new Dictionary<(string Host, int Port), List<string>>();
        foreach (var group in groups)
        {
            if (!_coordinators.TryGetValue(group, out var broker))
                continue;
            if (!byBroker.TryGetValue(broker, out var itsGroups))
                byBroker[broker] = itsGroups = [];
            itsGroups.Add(group);
        }
        await Task.WhenAll(byBroker.Select(async broker =>
        {
            foreach (var asked in broker.Value.Chunk(MostAtOnce))
                await TryAsync(asked, answers, () => AskAsync(call, broker.Key, asked, answers, end.Token));
        }));
        if (_coordinators.Count > MostKnown)
            _coordinators.Clear();
    }

    private async Task AskAsync<T>(GroupCall<T> call, (string Host, int Port) broker, string[] asked, ConcurrentDictionary<string, GroupAnswer<T>> answers, CancellationToken end)
    {
        foreach (var (group, error, found) in await ExchangeAsync(broker, call, asked, end))
        {
            answers[group] = error is ErrorCode.NoError ? new(found, null) : new(default!, new(error));
            if (error is ErrorCode.NotCoordinatorForGroup or ErrorCode.GroupCoordinatorNotAvailable)
                _coordinators.TryRemove(group, out _);
        }
    }

    /// <summary>Asks any broker for the coordinators.</summary>
    private async Task<IReadOnlyList<(string Group, ErrorCode Error, (string Host, int Port) Found)>> AskAnyAsync(string[] groups, CancellationToken end)
    {
        Exception? last = null;
        foreach (var broker in bootstrap)
        {
            try
            {
                return await ExchangeAsync(broker, Coordinators, groups, end);
            }
            catch (Exception e) when (IsOfConnection(e) && !end.IsCancellationRequested)
            {
                last = e; // perhaps the next one is there
            }
        }
        throw last ?? new OperationCanceledException(end);
    }

    private async Task<IReadOnlyList<(string Group, ErrorCode Error, T Found)>> ExchangeAsync<T>(
        (string Host, int Port) broker, GroupCall<T> call, IReadOnlyCollection<string> groups, CancellationToken end)
    {
        var opening = LinkTo(broker);
        try
        {
            return await (await opening.WaitAsync(end)).AskAsync(call, groups, end);
        }
        catch (Exception e) when (IsOfConnection(e))
        {
            lock (_gate)
            {
                if (_links.GetValueOrDefault(broker) == opening)
                    _links.Remove(broker);
            }
            Close(opening);
            throw;
        }
    }

    private Task<BrokerLink> LinkTo((string Host, int Port) broker)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_links.TryGetValue(broker, out var opening))
                _links[broker] = opening = OpenAsync(broker);
            return opening;
        }
    }

    private static async Task<BrokerLink> OpenAsync((string Host, int Port) broker)
    {
        using var end = new CancellationTokenSource(Patience.OneAttempt, TimeProvider.System);
        return await BrokerLink.OpenAsync(broker.Host, broker.Port, end.Token);
    }

    /// <summary>A failure of one request is one of its groups, and no others.</summary>
    private async Task TryAsync<T>(string[] groups, ConcurrentDictionary<string, GroupAnswer<T>> answers, Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (Exception e) when (IsOfConnection(e))
        {
            var code = e is OperationCanceledException ? ErrorCode.Local_TimedOut : ErrorCode.Local_Transport;
            var failure = new KafkaException(new Error(code, e is OperationCanceledException ? code.GetReason() : e.Message), e);
            foreach (var group in groups)
            {
                answers[group] = new(default!, failure);
                _coordinators.TryRemove(group, out _); // it may be another by now
            }
        }
    }

    private static bool IsOfConnection(Exception failure) => failure is IOException or SocketException or OperationCanceledException or InvalidDataException or OverflowException
        || (failure is ObjectDisposedException { ObjectName: var name } && name != typeof(GroupRequests).FullName);

    private static void Close(Task<BrokerLink> opening) => _ = opening.ContinueWith(
        static o =>
        {
            if (o.IsCompletedSuccessfully)
                o.Result.Dispose();
            else
                _ = o.Exception; // said where it was waited for
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
