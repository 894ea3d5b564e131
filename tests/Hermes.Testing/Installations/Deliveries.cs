using Hermes.Testing.Http;

namespace Hermes.Testing.Installations;

/// <summary>Waits for what comes to an endpoint; where it does not come, the worker's output tells more.</summary>
public static class Deliveries
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Waits for so many more requests than there are now.</summary>
    public static async Task WhenMoreCameAsync(HttpEndpoint endpoint, int count, RunningWorker worker)
    {
        var goal = endpoint.Requests.Count + count;
        await Until.TrueAsync(() => endpoint.Requests.Count >= goal, $"deliveries go on:\n{worker.Output}", Patience);
    }

    /// <summary>Waits for all of these messages, of which none counts that came among the first requests.</summary>
    /// <param name="endpoint">Where they go.</param>
    /// <param name="mark">How many requests do not count.</param>
    /// <param name="ids">The messages.</param>
    /// <param name="worker">Who delivers them.</param>
    public static Task WhenCameAsync(HttpEndpoint endpoint, int mark, IReadOnlyList<string> ids, RunningWorker worker) => Until.TrueAsync(
        () => !ids.Except(endpoint.Requests.Skip(mark).Select(r => r.Id)).Any(), $"the delivery of {ids.Count} messages:\n{worker.Output}", Patience);
}
