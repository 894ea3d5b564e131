using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Hermes.Shared.Health;
using Hermes.Shared.Hosting;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Processes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hermes.Shared.Tests.Hosting;

/// <summary>A worker's health, its pages and its watchdog, in a host of its own whose servers are away.</summary>
public sealed class OperationTests
{
    [Fact]
    public async Task A_stuck_loop_is_named_and_starves_the_watchdog_and_servers_that_are_away_do_not()
    {
        using var systemd = new NotifySocket();
        var port = FreePorts.Take(1)[0];
        using var host = Build(port, ("NOTIFY_SOCKET", systemd.Path), ("WATCHDOG_USEC", "200000"), ("WATCHDOG_PID", $"{Environment.ProcessId}"));
        await host.StartAsync(TestContext.Current.CancellationToken);
        using var status = new StatusReader($"http://127.0.0.1:{port}");
        var fine = host.Services.GetRequiredService<Heartbeats>().Register("fine", TimeSpan.FromHours(1));

        var (code, live) = await status.ReadJsonAsync("/health/live");
        Assert.Equal((HttpStatusCode.OK, "UP"), (code, live.GetProperty("status").GetString()));
        Assert.Equal("DOWN", live.GetProperty("zooKeeper").GetProperty("status").GetString());
        Assert.Equal("DOWN", live.GetProperty("kafka").GetProperty("status").GetString());
        await Until.TrueAsync(() => systemd.Heard.Count(s => s == "WATCHDOG=1") >= 3, "the watchdog was fed");

        (code, var ready) = await status.ReadJsonAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Contains(Reasons(ready), r => r.StartsWith("ZooKeeper: ", StringComparison.Ordinal));
        Assert.Contains(Reasons(ready), r => r.StartsWith("Kafka: ", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await status.ReadAsync("/health/startup")).Code);

        using var stuck = host.Services.GetRequiredService<Heartbeats>().Register("stuck", TimeSpan.FromMilliseconds(1));
        await Until.TrueAsync(async () => (await status.ReadAsync("/health/live")).Code == HttpStatusCode.ServiceUnavailable, "the stuck loop was noticed");
        Assert.Contains("loop stuck is stuck", Assert.Single(Reasons((await status.ReadJsonAsync("/health/live")).Json)), StringComparison.Ordinal);
        var loops = (await status.ReadJsonAsync("/health/live")).Json.GetProperty("loops").EnumerateArray().ToDictionary(l => l.GetProperty("name").GetString()!, l => l.GetProperty("status").GetString(), StringComparer.Ordinal);
        Assert.Equal(("UP", "DOWN"), (loops["fine"], loops["stuck"]));
        Assert.Equal("""{"status": "UP"}""", (await status.ReadAsync("/status/health")).Text); // as Hermes: while the process lives

        // One may have been under way; then none, for five of its times.
        var fed = systemd.Heard.Count;
        var since = TimeProvider.System.GetTimestamp();
        await Until.TrueAsync(() => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromMilliseconds(500), "time passed");
        Assert.InRange(systemd.Heard.Count - fed, 0, 1);
        stuck.Beat();
        stuck.Rest();
        await Until.TrueAsync(() => systemd.Heard.Count >= fed + 3, "the watchdog was fed again");
        fine.Dispose();
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Pages_answer_GET_and_HEAD_and_nothing_else()
    {
        var port = FreePorts.Take(1)[0];
        using var host = Build(port);
        await host.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        using var head = await http.SendAsync(new(HttpMethod.Head, "/status/health"), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, 16L), (head.StatusCode, head.Content.Headers.ContentLength));
        using var post = await http.PostAsync(new Uri("/status/health", UriKind.Relative), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using var strange = await http.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, strange.StatusCode);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_the_process_with_1_before_anything_else_starts()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var builder = Builder(((IPEndPoint)other.LocalEndpoint).Port);
        var started = false;
        builder.Services.AddHostedService(_ => new Note(() => started = true));
        Assert.Equal(1, await WorkerHost.RunAsync(builder));
        Assert.False(started);
    }

    [Fact]
    public void An_address_that_is_none_is_a_fault_of_the_settings()
    {
        var builder = Builder(0);
        builder.Configuration["Status:Listen"] = "status.example:80";
        Assert.StartsWith("Status:Listen must be", Assert.Single(SettingsFaults.Find(builder.Services)), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Reasons(JsonElement page) => page.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()!);

    private static IHost Build(int port, params (string Name, string Value)[] environment)
    {
        foreach (var (name, value) in environment)
            Environment.SetEnvironmentVariable(name, value);
        return Builder(port).Build();
    }

    private static HostApplicationBuilder Builder(int port)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ZooKeeper:ConnectionString"] = "127.0.0.1:1",
            ["Kafka:BootstrapServers"] = "127.0.0.1:1",
            ["Status:Listen"] = $"127.0.0.1:{port}",
        });
        builder.Services.AddMetrics();
        builder.AddOperation(new("hermes-test", 8009));
        builder.AddHermesFoundation();
        return builder;
    }

    private sealed class Note(Action started) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            started();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
