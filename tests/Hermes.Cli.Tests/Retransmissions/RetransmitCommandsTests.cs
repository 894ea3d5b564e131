using System.Text;
using System.Text.Json.Nodes;
using Hermes.Cli.Retransmissions;
using Hermes.Shared.Jobs;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Cli.Tests.Retransmissions;

/// <summary><c>hermes retransmit</c> on real ZooKeeper and the emulator; the retransmitter's part is written by hand.</summary>
public sealed class RetransmitCommandsTests(ZooKeeperFixture zooKeeper, EmulatorFixture kafka) : IAsyncLifetime
{
    private readonly Site _site = new(zooKeeper, kafka);

    public async ValueTask InitializeAsync()
    {
        await _site.CreateTopicAsync(partitions: 2);
        (await _site.RunAsync("subscription", "create", "shop.orders", "billing", "--endpoint", "http://localhost:1/")).Succeeded();
        (await _site.RunWithInputAsync("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", "topic", "publish", "shop.orders")).Succeeded();
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("""{"time":"2020-01-02T03:04:05+00:00"}""", "--from", "2020-01-02T03:04:05")]
    [InlineData("""{"duration":"PT2H"}""", "--back", "PT2H")]
    [InlineData("""{"messages":5}""", "--messages", "5")]
    public async Task Leaves_a_job_that_says_where_to_go_on_from(string target, params string[] options)
    {
        var id = await StartAsync([.. options, "--reason", "a bug"]);
        var document = await _site.DocumentAsync($"/retransmission/jobs/{id}");
        Assert.Equal(target, document["target"]!.ToJsonString().Replace("\\u002B", "+", StringComparison.Ordinal));
        Assert.Equal("shop.orders$billing", (string?)document["subscription"]);
        Assert.Equal("rewind", (string?)document["mode"]);
        Assert.Equal("a bug", (string?)document["reason"]);
        Assert.Contains('@', (string)document["requestedBy"]!);
        Assert.NotNull(JobRequest.Read(Encoding.UTF8.GetBytes(document.ToJsonString())));
    }

    [Fact]
    public async Task Takes_offsets_by_partition()
    {
        var document = await _site.DocumentAsync($"/retransmission/jobs/{await StartAsync("--offset", "0=0", "--offset", $"{_site.Namespace}_shop.orders:1=1")}");
        var topic = document["target"]!["offsets"]![$"{_site.Namespace}_shop.orders"]!;
        Assert.Equal("""{"0":0,"1":1}""", topic.ToJsonString());
    }

    [Fact]
    public async Task A_dry_run_shows_the_targets_and_leaves_no_job()
    {
        var shown = (await _site.RunAsync("retransmit", "start", "shop.orders", "billing", "--back", "PT1H", "--dry-run", "--json")).Succeeded().Json.AsArray();
        Assert.Equal(3, shown.Sum(row => (long)row!["messages"]!));
        Assert.All(shown, row => Assert.Equal(0, (long)row!["to"]!));
        Assert.False(await _site.ExistsAsync("/retransmission"));
    }

    [Fact]
    public async Task A_replay_says_its_range_its_filters_and_its_rate_and_can_be_paused()
    {
        var id = await StartAsync("--mode", "replay", "--from", "2020-01-02", "--to", "2100-01-01", "--rate", "7", "--filter", "$.a=[12]", "--filter", "header:trace=x=y",
            "--filter", """{"type":"jsonpath","path":"$.b","matcher":".*"}""");
        var document = await _site.DocumentAsync($"/retransmission/jobs/{id}");
        Assert.Equal("replay", (string?)document["mode"]);
        Assert.Equal("2100-01-01T00:00:00+00:00", (string?)document["until"]!["time"]);
        Assert.Equal(7, (int)document["rate"]!);
        Assert.Equal(
            """[{"type":"jsonpath","path":"$.a","matcher":"[12]"},{"type":"header","header":"trace","matcher":"x=y"},{"type":"jsonpath","path":"$.b","matcher":".*"}]""",
            document["filters"]!.ToJsonString());
        var shown = (await _site.RunAsync("retransmit", "start", "shop.orders", "billing", "--mode", "replay", "--back", "PT1H", "--to-offset", "0=0", "--dry-run", "--json"))
            .Succeeded().Json.AsArray();
        Assert.Equal(1, (long)shown.Single(row => (int)row!["partition"]! == 0)!["messages"]!);

        (await _site.RunAsync("retransmit", "pause", id)).Succeeded();
        Assert.True(await _site.ExistsAsync($"/retransmission/jobs/{id}/pause"));
        (await _site.RunAsync("retransmit", "resume", id)).Succeeded();
        Assert.False(await _site.ExistsAsync($"/retransmission/jobs/{id}/pause"));
        (await _site.RunAsync("retransmit", "pause", await StartAsync("--back", "PT1H"))).Failed(ExitCode.Failed, "no replay");
    }

    [Fact]
    public async Task Says_what_is_wrong_and_leaves_no_job()
    {
        await FailedAsync(ExitCode.Usage, "Exactly one of");
        await FailedAsync(ExitCode.Usage, "Exactly one of", "--back", "PT1H", "--messages", "1");
        await FailedAsync(ExitCode.Usage, "'soon'", "--from", "soon");
        await FailedAsync(ExitCode.Usage, "'x=1'", "--offset", "x=1");
        await FailedAsync(ExitCode.Usage, "more than once", "--offset", "0=1", "--offset", "0=2");
        await FailedAsync(ExitCode.Failed, "'two hours'", "--back", "two hours");
        await FailedAsync(ExitCode.Failed, "[7]", "--offset", "7=1");
        await FailedAsync(ExitCode.Failed, "allowEnd", "--from", "2100-01-01");
        await FailedAsync(ExitCode.Failed, "for the mode 'replay' alone", "--back", "PT1H", "--rate", "5");
        await FailedAsync(ExitCode.Failed, "no record in the range", "--mode", "replay", "--from", "2100-01-01");
        await FailedAsync(ExitCode.Failed, "filter 1 is not served", "--mode", "replay", "--back", "PT1H", "--filter", """{"type":"moon"}""");
        await FailedAsync(ExitCode.Failed, "'speed'", "--mode", "replay", "--back", "PT1H", "--filter", """{"type":"header","speed":1}""");
        await FailedAsync(ExitCode.Usage, "'a=b'", "--mode", "replay", "--back", "PT1H", "--filter", "a=b");
        await FailedAsync(ExitCode.Usage, "--to must be a moment", "--mode", "replay", "--back", "PT1H", "--to", "later");
        await FailedAsync(ExitCode.Usage, "--to-offset", "--mode", "replay", "--back", "PT1H", "--to-offset", "1");
        (await _site.RunAsync("retransmit", "start", "shop.orders", "nobody", "--back", "PT1H", "--yes")).Failed(ExitCode.Failed, "There is no subscription shop.orders$nobody");
        (await _site.RunAsync("retransmit", "start", "shop.orders", "billing", "--back", "PT1H")).Failed(ExitCode.Usage, "--yes");
        Assert.False(await _site.ExistsAsync("/retransmission"));

        async Task FailedAsync(int code, string because, params string[] options) =>
            (await _site.RunAsync(["retransmit", "start", "shop.orders", "billing", "--yes", .. options])).Failed(code, because);
    }

    [Fact]
    public async Task Lists_and_shows_what_can_be_read_and_cancels()
    {
        var id = await StartAsync("--back", "PT1H");
        await CreateAsync("/retransmission/jobs/garbled", "no json"u8.ToArray());
        await WriteStatusAsync(id, JobPhases.Moving, null);
        var listed = (await _site.RunAsync("retransmit", "list", "--json")).Succeeded().Json.AsArray();
        Assert.Equal([id, "garbled"], listed.Select(row => (string)row!["id"]!));
        Assert.Equal("moving", (string?)listed[0]!["phase"]);
        Assert.Contains(id, (await _site.RunAsync("retransmit", "list")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal("moving", (string?)(await _site.RunAsync("retransmit", "show", id, "--json")).Succeeded().Json["status"]!["phase"]);
        Assert.Contains("no json", (await _site.RunAsync("retransmit", "show", "garbled")).Succeeded().Output, StringComparison.Ordinal);
        (await _site.RunAsync("retransmit", "cancel", id)).Succeeded();
        Assert.True(await _site.ExistsAsync($"/retransmission/jobs/{id}/cancel"));
        foreach (var verb in new[] { "show", "cancel", "watch", "pause", "resume" })
            (await _site.RunAsync("retransmit", verb, "none")).Failed(ExitCode.Failed, "There is no retransmission job none.");
    }

    [Fact]
    public void A_progress_line_has_a_bar_and_an_estimate()
    {
        var clock = new FakeTimeProvider();
        var line = new ProgressLine(clock);
        Assert.Equal("replaying [------------------------]   0 % 0 of 1000", line.Describe(At(0)));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("replaying [######------------------]  25 % 250 of 1000, 25 a second, about 00:00:30 left", line.Describe(At(250)));
        Assert.Equal("paused [######------------------]  25 % 250 of 1000, waits for rain", line.Describe(At(250) with { Phase = JobPhases.Paused, WaitsFor = "rain" }));
        Assert.Equal("completed [########################] 100 % 1000 of 1000", line.Describe(At(1000) with { Phase = JobPhases.Completed }));
        Assert.Equal("moving [############------------]  50 % 1 of 2 partitions moved", line.Describe(
            new() { Phase = JobPhases.Moving, Partitions = [new("t", 0, 1, 2, 3, MoveProofs.Altered), new("t", 1, 1, 2, 3)] }));

        static JobStatus At(long done) => new() { Phase = JobPhases.Replaying, Replay = new() { Ranges = [new("t", 0, 5, 1005, 5 + done)] } };
    }

    [Fact]
    public async Task Follows_a_job_to_its_end()
    {
        var completed = await StartAsync("--back", "PT1H");
        var watching = _site.RunAsync("retransmit", "watch", completed);
        await WriteStatusAsync(completed, JobPhases.Completed, null);
        Assert.Contains("completed", (await watching).Succeeded().Error, StringComparison.Ordinal);
        var refused = await StartAsync("--back", "PT1H");
        await WriteStatusAsync(refused, JobPhases.Refused, "It cannot be.");
        (await _site.RunAsync("retransmit", "watch", refused)).Failed(ExitCode.Failed, "It cannot be.");
        (await _site.RunAsync("retransmit", "watch", await StartAsync("--back", "PT1H"), "--timeout", "1")).Failed(ExitCode.Failed, "within 1 s");
    }

    private async Task<string> StartAsync(params string[] options) =>
        (await _site.RunAsync(["retransmit", "start", "shop.orders", "billing", "--yes", .. options])).Succeeded().Output.Trim();

    private Task WriteStatusAsync(string id, string phase, string? reason) => CreateAsync($"/retransmission/jobs/{id}/status",
        JobJson.Write(new JobStatus { Phase = phase, Reason = reason, UpdatedAt = TimeProvider.System.GetUtcNow() }, JobJson.Instance.JobStatus));

    private async Task CreateAsync(string path, byte[] data) =>
        await _site.ZooKeeper.CreateAsync(_site.Root + path, data, CreateMode.Persistent, TestContext.Current.CancellationToken);
}
