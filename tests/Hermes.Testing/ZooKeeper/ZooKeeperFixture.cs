using Xunit;

namespace Hermes.Testing.ZooKeeper;

/// <summary>Shares one server among the tests of an assembly: the one of <c>HERMES_TEST_ZOOKEEPER</c> (a connection string), else
/// one of its own. Where neither can be had, a test that asks for it is skipped with the reason, and fails where <c>CI</c> is true.</summary>
/// <remarks>For an assembly: <c>[assembly: AssemblyFixture(typeof(ZooKeeperFixture))]</c>. It shares the server, never a name:
/// each test works below a <see cref="FreshRoot"/>. Tests that stop or break a server launch one of their own.</remarks>
public sealed class ZooKeeperFixture : IAsyncLifetime
{
    private readonly string _run = Guid.NewGuid().ToString("N")[..12];
    private ZooKeeperServer? _server;
    private int _roots;
    private string? _attached;

    /// <summary>Where clients connect; skips the calling test where there is no server.</summary>
    public string ConnectionString => _attached ?? Server.ConnectionString;

    /// <summary>The fixture's own server; skips the calling test where there is none, or an attached one.</summary>
    public ZooKeeperServer Server
    {
        get
        {
            Require();
            if (_server is null)
                Assert.Skip("The server is not ours to ask: HERMES_TEST_ZOOKEEPER is set.");
            return _server;
        }
    }

    /// <summary>Demands a server: skips the calling test at a desk where there is none, fails it in CI.</summary>
    /// <returns>Where clients connect.</returns>
    public string Require()
    {
        if (_attached is null && _server is null)
            Need(ZooKeeperInstallation.WhyNot);
        return _attached ?? _server!.ConnectionString;
    }

    /// <summary>The rule for whoever launches servers of its own: skips at a desk where that cannot be done, fails in CI.</summary>
    public static void RequireInstallation() => Need(ZooKeeperInstallation.WhyNot);

    /// <summary>A path below which nobody else works: a name, not yet a node.</summary>
    public string FreshRoot() => $"/test-{_run}-{Interlocked.Increment(ref _roots)}";

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("HERMES_TEST_ZOOKEEPER") is { Length: > 0 } running)
            _attached = running;
        else if (ZooKeeperInstallation.WhyNot is null)
            _server = await ZooKeeperServer.LaunchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private static void Need(string? whyNot)
    {
        if (whyNot is null)
            return;
        if (Environment.GetEnvironmentVariable("CI") is "true")
            Assert.Fail($"This test needs ZooKeeper. {whyNot}");
        Assert.Skip(whyNot);
    }
}
