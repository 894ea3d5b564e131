using System.Text;
using Hermes.Shared.Jobs;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.Otlp;
using Hermes.Testing.Secrets;
using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Retransmitter.Tests.Jobs;

namespace Hermes.Worker.Retransmitter.Tests.Operation;

/// <summary>Secrets are nowhere in what a retransmitter tells: logs, errors, metrics, traces, status pages; nor in the accounts of its jobs.</summary>
public sealed class Secrets(ZooKeeperFixture zooKeeper)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Are_in_nothing_that_it_tells_of_a_replay_that_is_refused_and_of_one_that_is_taken()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        endpoint.Answer = r => r.Text.Contains("\"number\":1", StringComparison.Ordinal) ? 400 : 200;
        var billing = await hermes.SubscribeAsync("billing", $"http://{KnownSecrets.Credentials}@{endpoint.Authority}/");
        var strange = await hermes.SubscribeAsync("strange", $"gopher://{KnownSecrets.Credentials}@{endpoint.Authority}/");
        var time = TimeProvider.System.GetUtcNow();
        await hermes.PublishAsync(3, time);
        await using var worker = KnownSecrets.Start(JobSite.Worker, hermes, collector);
        using var status = await worker.StatusAsync();
        var taken = await EndAsync(hermes, JobSite.Replay(billing, time, time), worker);
        Assert.Equal(JobPhases.Completed, taken.Phase);
        Assert.Contains(endpoint.Requests, r => r.Header("Authorization")?.Contains(KnownSecrets.BasicAuthentication, StringComparison.Ordinal) is true); // it is in use
        var refused = await EndAsync(hermes, JobSite.Replay(strange, time, time), worker);
        Assert.Equal(JobPhases.Refused, refused.Phase);
        await KnownSecrets.WhenToldAsync(collector);
        var pages = await KnownSecrets.ReadPagesAsync(status);
        Assert.Equal(0, await worker.StopAsync());
        KnownSecrets.AreNotIn($"{worker.Output}{pages}{Text(taken)}{Text(refused)}", collector);
    }

    [Fact]
    public async Task Are_in_no_error_of_a_broker_that_refuses_them()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        var billing = await hermes.SubscribeAsync("billing", $"http://{KnownSecrets.Credentials}@127.0.0.1:1/");
        await new JobSite(hermes).AskAsync(billing, TimeProvider.System.GetUtcNow());
        await using var worker = KnownSecrets.Start(JobSite.Worker, hermes, collector, KnownSecrets.WithKafkasPassword);
        using var status = await worker.StatusAsync();
        await worker.WhenSaidAsync("Kafka cannot be reached");
        KnownSecrets.AreNotIn(worker.Output + await KnownSecrets.ReadPagesAsync(status), collector);
    }

    /// <summary>What the worker writes is for its own identity alone: the job is asked for, and read, with the same one.</summary>
    private static async Task<JobStatus> EndAsync(HermesInstallation hermes, JobDocument job, RunningWorker worker)
    {
        await using var zooKeeper = KnownSecrets.Connect(hermes.ZooKeeperServers);
        var jobs = new JobClient(zooKeeper, new(hermes.Paths));
        var id = await jobs.CreateAsync(job, Cancellation);
        JobStatus? status = null;
        await Until.TrueAsync(async () => (status = (await jobs.FindAsync(id, Cancellation))?.Status) is { } s && JobPhases.IsFinal(s.Phase), $"the end of job {id}:\n{worker.Output}", Minute);
        return status!;
    }

    private static string Text(JobStatus status) => Encoding.UTF8.GetString(JobJson.Write(status, JobJson.Instance.JobStatus));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
