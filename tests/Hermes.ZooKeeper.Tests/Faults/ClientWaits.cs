using Hermes.Testing;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>Clients of breakable servers, and waits for what becomes of their sessions.</summary>
internal static class ClientWaits
{
    /// <summary>Long enough that no session expires by accident on a busy machine.</summary>
    public static readonly TimeSpan LongSession = TimeSpan.FromSeconds(20);

    /// <summary>A client, connected.</summary>
    public static async Task<ZooKeeperClient> ConnectAsync(string connectionString, TimeSpan? sessionTimeout = null)
    {
        var client = ZooKeeperClient.Start(new() { ConnectionString = connectionString, SessionTimeout = sessionTimeout ?? LongSession });
        await client.WhenConnectedAsync(TestContext.Current.CancellationToken).WaitAsync(Until.Patience, TimeProvider.System);
        return client;
    }

    extension(ZooKeeperClient client)
    {
        /// <summary>Waits for a status that the feed shows, also one that has passed by the time anybody looks.</summary>
        public async Task<SessionStatus> WhenAsync(Func<SessionStatus, bool> condition, string what)
        {
            using var deadline = new CancellationTokenSource(Until.Patience + Until.Patience, TimeProvider.System);
            try
            {
                await foreach (var status in client.SessionChangesAsync(deadline.Token))
                {
                    if (condition(status))
                        return status;
                }
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"Did not happen: {what}. The session is {client.Session}.", e);
            }

            throw new InvalidOperationException($"The client ended before: {what}.");
        }

        public Task<SessionStatus> WhenStateAsync(SessionState state) => client.WhenAsync(status => status.State == state, $"the session is {state}");

        /// <summary>Waits for a connection after the one of this status.</summary>
        public Task<SessionStatus> WhenConnectedAfterAsync(SessionStatus earlier) => client.WhenAsync(
            status => status.State is SessionState.Connected && status.Connection > earlier.Connection, $"a connection after number {earlier.Connection}");

        /// <summary>Makes a node that only this test works below.</summary>
        public async Task<string> CreateRootAsync() =>
            (await client.CreateAsync($"/fault-{Guid.NewGuid():N}", default, CreateMode.Persistent, TestContext.Current.CancellationToken)).Path;
    }
}
