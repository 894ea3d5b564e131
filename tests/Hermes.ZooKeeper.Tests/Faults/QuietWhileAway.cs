using System.Net;
using System.Net.Sockets;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>A client whose server is away tries often, and tells of it seldom.</summary>
public sealed class QuietWhileAway
{
    private const int Attempts = 25;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_loss_is_told_once_for_each_reason_and_the_return_once_however_often_was_tried()
    {
        ZooKeeperFixture.RequireInstallation();
        await using var server = await ZooKeeperServer.LaunchAsync();
        var log = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new FakeLoggerProvider(log)));
        await using var client = ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString, SessionTimeout = TimeSpan.FromSeconds(2) }, loggers, TimeProvider.System);
        await client.WhenConnectedAsync(Cancellation);
        await using var view = TreeView.Start(client, "/", new(), loggers.CreateLogger("view"), TimeProvider.System);
        await view.WhenCurrentAsync(Cancellation);

        await server.KillAsync();
        await HangUpAsync(server.Port);
        var warnings = log.GetSnapshot().Where(r => r.Level >= LogLevel.Warning).Select(r => r.Message).ToList();
        // Broken; refused; hung up; and the session lost. The view's calls failed once, if any was under way.
        Assert.InRange(warnings.Count, 2, 5);

        await server.StartAsync();
        await client.WhenConnectedAsync(Cancellation);
        await client.FindAsync("/", Cancellation);
        await Until.TrueAsync(() => Count("The connection to ZooKeeper: works again, after ") == 1, "the return is told");
        Assert.InRange(Count("cannot be used"), 1, 5); // refused, hung up, reset, not serving yet
        Assert.True(FailuresTold() >= Attempts, string.Join('\n', log.GetSnapshot().Select(r => r.Message)));

        int Count(string words) => log.GetSnapshot().Count(r => r.Message.Contains(words, StringComparison.Ordinal));
        int FailuresTold() => int.Parse(log.GetSnapshot().Last(r => r.Message.Contains("works again", StringComparison.Ordinal) && r.Message.StartsWith("The connection", StringComparison.Ordinal)).StructuredState!.Single(s => s.Key == "Attempts").Value!);
    }

    /// <summary>Takes the server's place, and hangs up on each who comes.</summary>
    private static async Task HangUpAsync(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            using var socket = await listener.AcceptSocketAsync(Cancellation).AsTask().WaitAsync(Until.Patience, TimeProvider.System, Cancellation);
        }
    }
}
