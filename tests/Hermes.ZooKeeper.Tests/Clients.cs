using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests;

/// <summary>Clients of the shared server.</summary>
internal static class Clients
{
    extension(ZooKeeperFixture server)
    {
        /// <summary>A client of its own, connected.</summary>
        public async Task<ZooKeeperClient> ConnectAsync(TimeSpan? sessionTimeout = null, string chroot = "")
        {
            var client = ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString + chroot, SessionTimeout = sessionTimeout ?? TimeSpan.FromSeconds(10) });
            await client.WhenConnectedAsync(TestContext.Current.CancellationToken);
            return client;
        }

        /// <summary>Makes a node that only this test works below.</summary>
        public async Task<string> CreateRootAsync(ZooKeeperClient zooKeeper) =>
            (await zooKeeper.CreateAsync(server.FreshRoot(), default, CreateMode.Persistent, TestContext.Current.CancellationToken)).Path;
    }
}
