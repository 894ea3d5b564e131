using System.Globalization;
using Confluent.Kafka;
using Hermes.Faults.Accounts;
using Hermes.Faults.Fleets;
using Hermes.Faults.Loads;
using Hermes.Faults.Plans;
using Hermes.Faults.Soaks;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Installations;

namespace Hermes.Faults;

/// <summary>Runs the whole fleet under load, jobs and sweeps, does to it what the plan says, and audits what became of every message,
/// offset, job and group.</summary>
internal sealed class Conductor
{
    public const string JobsLeft = "jobs that did not end";
    public const string JobsBroken = "jobs that ended otherwise than completed";
    public const string GroupsLeft = "groups that were not deleted";
    public const string GroupsGone = "resting groups that were deleted";
    public const string SlowRecovery = "recoveries that took too long";
    public const string NotSettled = "offsets that were not committed at the end";
    public const string NotFlat = "figures that were not flat";

    // The Avro topic gets so much of the rate.
    private const double AvroShare = 0.25;
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan QuietStart = TimeSpan.FromSeconds(5);

    private readonly RunClock _clock = new(TimeProvider.System);
    private readonly Findings _findings = new();
    private readonly Dictionary<TopicName, Ledger> _ledgers;
    private readonly List<string> _figures = [];
    private readonly Pulse _pulse;
    private readonly RunSettings _settings;
    private readonly Action<string> _say;

    public Conductor(RunSettings settings, Action<string> say)
    {
        (_settings, _say, _pulse) = (settings, say, new(_clock));
        _ledgers = new() { [HermesInstallation.Topic] = new(_clock, _findings), [AvroMessages.Topic] = new(_clock, _findings) };
    }

    /// <summary>Does it all.</summary>
    public async Task<Verdict> RunAsync(CancellationToken cancellationToken)
    {
        await using var site = await Site.BuildAsync(_settings.Broker, LedgerOf, _settings.Plan, _settings.SampleInterval is null ? FleetSettings.Eager : FleetSettings.Calm, _pulse);
        var hermes = site.Hermes;
        foreach (var subscription in Subscribed.Live)
            await subscription.CreateAsync(hermes, site.Endpoint);
        var resting = await Subscribed.Resting.CreateAsync(hermes, site.Endpoint);
        var letters = await LetterReader.CreateAsync(hermes, LedgerOf(Subscribed.Letters.Name), _findings, site.Board, Subscribed.Letters.FullName);
        await SetStateAsync(hermes, resting, SubscriptionState.Suspended, cancellationToken);
        var sweeps = new SweepDesk(hermes, site.Endpoint);
        var stranger = hermes.Names.ConsumerGroup(new(HermesInstallation.Topic, "stranger"));
        await sweeps.CommitAsync(stranger, cancellationToken);
        var untouched = new Dictionary<string, IReadOnlyList<TopicPartitionOffset>>(StringComparer.Ordinal);
        foreach (var group in new[] { hermes.Names.ConsumerGroup(resting), stranger })
            untouched[group] = await hermes.Administration.CommittedAsync(group);

        foreach (var worker in site.Workers.Values)
            await worker.StartAsync();
        using var publisher = new Publisher(hermes, hermes.KafkaTopic, _ledgers[HermesInstallation.Topic], JsonMessages.Make);
        using var avroPublisher = new Publisher(hermes, hermes.KafkaTopicOf(AvroMessages.Topic), _ledgers[AvroMessages.Topic], AvroMessages.Make);
        var publishers = new Dictionary<TopicName, Publisher> { [HermesInstallation.Topic] = publisher, [AvroMessages.Topic] = avroPublisher };
        var jobs = new JobDesk(hermes, _clock, _settings.Plan.Seed);
        var runner = new FaultRunner(site, _clock, _findings, _say);
        var watch = new OffsetWatch(hermes, _ledgers, _findings, _settings.LookInterval);
        var sampler = new Sampler([.. site.Workers.Values]);
        using var stopLoad = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopWatch = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopResting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await UntilReadyAsync(site, cancellationToken);
        _say($"{_clock.Now.TotalSeconds,7:0.0} all six workers are ready");

        var began = _clock.Now;
        List<Task> load =
        [
            publisher.RunAsync(_settings.Rate, stopLoad.Token),
            avroPublisher.RunAsync(_settings.Rate * AvroShare, stopLoad.Token),
            jobs.AskAsync([.. Subscribed.Live.Where(s => s.TakesJobs).Select(s => s.FullName)], _settings.JobInterval, stopLoad.Token),
            sweeps.RunAsync(_settings.SweepInterval, stopLoad.Token),
        ];
        List<Task> watching =
        [
            _pulse.RunAsync(stopWatch.Token), jobs.WatchAsync(stopWatch.Token), runner.SuperviseAsync(stopWatch.Token), letters.RunAsync(stopWatch.Token),
            watch.RunAsync(Subscribed.Live, new Dictionary<string, IReadOnlyList<TopicPartitionOffset>>(StringComparer.Ordinal), stopWatch.Token),
        ];
        var restingWatch = watch.RunAsync([], untouched, stopResting.Token);
        if (_settings.SampleInterval is { } every)
            watching.Add(sampler.RunAsync(every, stopLoad.Token));

        try
        {
            await Task.Delay(QuietStart, TimeProvider.System, cancellationToken);
            await runner.RunAsync(_settings.Plan, cancellationToken);
            if (runner.Disturbances.Count > 0)
                await RecoverAsync(site, publishers, jobs, sweeps, runner.Disturbances, cancellationToken);
            if (began + _settings.Length - _clock.Now is var rest && rest > TimeSpan.Zero)
                await Task.Delay(rest, TimeProvider.System, cancellationToken);

            // The rest must end with its group where it was: then all that was published meanwhile is delivered.
            await stopLoad.CancelAsync();
            await Task.WhenAll(load);
            await stopResting.CancelAsync();
            await restingWatch;
            await CheckRestingAsync(hermes, untouched, cancellationToken);
            await Stubborn.DoAsync(() => SetStateAsync(hermes, resting, SubscriptionState.Active, cancellationToken), "the end of the rest", cancellationToken);
            await DrainAsync(hermes, jobs, sweeps, [.. Subscribed.Live, Subscribed.Resting], cancellationToken);
            await stopWatch.CancelAsync();
            await Task.WhenAll(watching);
            await StopAsync(site);
        }
        finally
        {
            // Whatever happens, nobody may use the servers' clients any more when these are closed.
            foreach (var stop in new[] { stopLoad, stopResting, stopWatch })
                await stop.CancelAsync();
            await Task.WhenAll([.. load, restingWatch, .. watching]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var audits = _ledgers.ToDictionary(l => l.Key, l => new Audit(l.Value, _findings, jobs.Jobs, [.. runner.Disturbances, .. _pulse.Standstills]));
        foreach (var subscription in Subscribed.Live.Append(Subscribed.Resting))
            audits[subscription.Topic].Check(subscription.Name, byKey: subscription == Subscribed.Keyed);
        CheckJobs(jobs);
        _figures.InsertRange(0, Sums([.. audits.Values]));
        _figures.Add(string.Create(CultureInfo.InvariantCulture, $"{jobs.Jobs.Count} jobs, {sweeps.Doomed.Count} groups to delete, {watch.Looks} looks at offsets, {runner.Disturbances.Count} faults{string.Concat(runner.Skipped.Select(s => $", {s.Value} left out ({s.Key})"))}"));
        if (jobs.Jobs.MaxBy(j => (j.EndedAt ?? _clock.Now) - j.AskedAt) is { } longest)
            _figures.Add(string.Create(CultureInfo.InvariantCulture, $"{((longest.EndedAt ?? _clock.Now) - longest.AskedAt).TotalSeconds:0.0} s for the longest job: {longest.Document.Mode} of {longest.Subscription}, asked at {longest.AskedAt.TotalSeconds:0.0} s"));
        if (_pulse.Standstills is { Count: > 0 } standstills)
            _figures.Add(string.Create(CultureInfo.InvariantCulture, $"the machine left the conductor no time {standstills.Count} times, for {standstills.Max(s => (s.End - s.Begin).TotalSeconds):0.0} s at most"));
        if (_settings.SampleInterval is not null)
            JudgeFlatness(sampler);
        var logs = site.Workers.ToDictionary(w => w.Key, w => w.Value.Output, StringComparer.Ordinal);
        logs["jobs"] = string.Join('\n', jobs.Jobs.Select(Describe));
        return new(_findings, _figures, logs);
    }

    private Ledger LedgerOf(string subscription) => _ledgers[Subscribed.Live.FirstOrDefault(s => s.Name == subscription)?.Topic ?? HermesInstallation.Topic];

    private IEnumerable<string> Sums(IReadOnlyList<Audit> audits)
    {
        var skipped = audits.Sum(a => a.Skipped);
        yield return string.Create(CultureInfo.InvariantCulture, $"{_ledgers[HermesInstallation.Topic].Confirmed} messages to {Subscribed.Live.Count(s => s.Topic == HermesInstallation.Topic) + 1} subscriptions and {_ledgers[AvroMessages.Topic].Confirmed} of Avro to one; {audits.Sum(a => a.Retransmitted)} deliveries that jobs asked for; {audits.Sum(a => a.Repeats)} repeats by faults, of deliveries at most {audits.Max(a => a.LongestLag).TotalSeconds:0.00} s before the fault{(skipped > 0 ? $"; {skipped} skipped by rewinds to a later time" : "")}");
        yield return $"{audits.Sum(a => a.Letters)} messages with dead letters, {audits.Sum(a => a.LettersByAbsence)} of them since the endpoint was away for all attempts";
    }

    private static Task<RegisteredSubscription> SetStateAsync(HermesInstallation hermes, SubscriptionName subscription, string state, CancellationToken cancellationToken) =>
        hermes.Registry.UpdateSubscriptionAsync(subscription, s => s with { State = state }, cancellationToken);

    private static async Task UntilReadyAsync(Site site, CancellationToken cancellationToken)
    {
        var why = new List<string>();
        try
        {
            await Until.TrueAsync(async () => (why = await NotReadyAsync(site, cancellationToken)).Count == 0, "all six workers are ready", Start);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{string.Join('\n', why)}\n{string.Join('\n', site.Workers.Values.Select(w => w.Output))}", e);
        }
    }

    private static async Task<List<string>> NotReadyAsync(Site site, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(site.Workers.Values.Select(w => w.WhyNotReadyAsync(cancellationToken)));
        return [.. answers.OfType<string>()];
    }

    /// <summary>All loops must move within 10 s of the last fault's end: pages, messages, jobs and tasks.</summary>
    private async Task RecoverAsync(
        Site site, IReadOnlyDictionary<TopicName, Publisher> publishers, JobDesk jobs, SweepDesk sweeps, IReadOnlyList<Disturbance> disturbances, CancellationToken cancellationToken)
    {
        var end = disturbances.Max(d => d.End!.Value);
        var why = new List<string>();
        await Task.WhenAll(
            MeasureAsync("all pages say ready", async () =>
            {
                await Until.TrueAsync(async () => (why = await NotReadyAsync(site, cancellationToken)).Count == 0, "all pages say ready", DrainLimit);
            }),
            MeasureAsync("each subscription gets a new message", async () =>
            {
                var sent = new Dictionary<TopicName, string>();
                foreach (var (topic, publisher) in publishers)
                    sent[topic] = (await publisher.PublishWelcomeAsync()).Id;
                await Until.TrueAsync(() => Subscribed.Live.All(s => _ledgers[s.Topic].HasGot(s.Name, sent[s.Topic], end)), "each subscription gets a new message", DrainLimit);
            }),
            MeasureAsync("a job ends", async () =>
            {
                var job = await jobs.AskAsync(JobDesk.DryRun(Subscribed.Canary.FullName), cancellationToken);
                await Until.TrueAsync(() => job.EndedAt is not null, "a job ends", DrainLimit);
            }),
            MeasureAsync("a group is deleted", async () =>
            {
                var group = await sweeps.DeleteOneAsync(cancellationToken);
                await Until.TrueAsync(async () => !(await sweeps.LeftAsync(cancellationToken)).Contains(group), "a group is deleted", DrainLimit);
            }));
        if (_findings.CountOf(SlowRecovery) > 0 && why.Count > 0)
            _figures.AddRange(why);

        async Task MeasureAsync(string what, Func<Task> wait)
        {
            try
            {
                await wait();
            }
            catch (TimeoutException) { } // a finding, by its time
            // A machine that stood still meanwhile is not the fleet's fault; it must recover from that as well.
            var took = _clock.Now - _pulse.Standstills.Select(s => s.End).Append(end).Max();
            _figures.Add(string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.0} s after the last fault: {what}"));
            if (took > RecoveryLimit)
                _findings.Add(SlowRecovery, string.Create(CultureInfo.InvariantCulture, $"{what}: {took.TotalSeconds:0.0} s after the last fault, limit {RecoveryLimit.TotalSeconds:0} s"));
        }
    }

    private async Task CheckRestingAsync(HermesInstallation hermes, Dictionary<string, IReadOnlyList<TopicPartitionOffset>> untouched, CancellationToken cancellationToken)
    {
        foreach (var (group, expected) in untouched)
        {
            var committed = await Stubborn.DoAsync(() => hermes.Administration.CommittedAsync(group), $"the offsets of {group}", cancellationToken);
            if (!committed.ToHashSet().SetEquals(expected))
                _findings.Add(GroupsGone, $"{group} has {string.Join(", ", committed)}, and had {string.Join(", ", expected)}");
        }
    }

    /// <summary>Waits for the end of all that is under way.</summary>
    private async Task DrainAsync(
        HermesInstallation hermes, JobDesk jobs, SweepDesk sweeps, IReadOnlyList<Subscribed> subscriptions, CancellationToken cancellationToken)
    {
        var start = _clock.Now;
        var limit = DrainLimit + Subscribed.LongestTrial(_ledgers[Subscribed.Letters.Topic].Missing(Subscribed.Letters.Name, TimeSpan.Zero).Count(m => m.Refusal is not null));
        await TryAsync(() => Task.FromResult(jobs.Unfinished.Count == 0));
        await TryAsync(() => Task.FromResult(subscriptions.All(s => _ledgers[s.Topic].Missing(s.Name, TimeSpan.Zero).Count == 0)));
        await TryAsync(async () => (await sweeps.LeftAsync(cancellationToken)).Count == 0);
        var unsettled = new List<string>();
        await TryAsync(async () => (unsettled = await UnsettledAsync()).Count == 0);
        foreach (var group in await sweeps.LeftAsync(cancellationToken))
            _findings.Add(GroupsLeft, group);
        foreach (var one in unsettled)
            _findings.Add(NotSettled, one);
        _figures.Add(string.Create(CultureInfo.InvariantCulture, $"{(_clock.Now - start).TotalSeconds:0.0} s after the load all was done"));

        async Task<List<string>> UnsettledAsync()
        {
            var left = new List<string>();
            var ends = new Dictionary<TopicName, IReadOnlyList<TopicPartitionOffset>>();
            foreach (var topic in _ledgers.Keys)
                ends[topic] = await Stubborn.DoAsync(async () => await hermes.Administration.EndsAsync(await hermes.Administration.PartitionsAsync(hermes.KafkaTopicOf(topic))), "the ends", cancellationToken);
            foreach (var subscription in subscriptions.Select(s => s.FullName))
            {
                var committed = await Stubborn.DoAsync(() => hermes.CommittedAsync(subscription), $"the offsets of {subscription}", cancellationToken);
                if (!committed.ToHashSet().SetEquals(ends[subscription.Topic]))
                    left.Add($"{subscription}: {string.Join(", ", committed.Select(c => $"{c.Partition.Value}: {c.Offset.Value}"))} of {string.Join(", ", ends[subscription.Topic].Select(c => $"{c.Partition.Value}: {c.Offset.Value}"))}");
            }
            return left;
        }

        async Task TryAsync(Func<Task<bool>> condition)
        {
            while (!await condition() && _clock.Now - start < limit)
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
        }
    }

    private void CheckJobs(JobDesk jobs)
    {
        foreach (var job in jobs.Jobs)
        {
            if (job.EndedAt is null)
                _findings.Add(JobsLeft, Describe(job));
            // A range may be empty, when the broker was away for all of it.
            else if (job.Status!.Phase != Shared.Jobs.JobPhases.Completed && job.Status.Reason?.StartsWith("There is no record in the range", StringComparison.Ordinal) is not true)
                _findings.Add(JobsBroken, Describe(job));
        }
    }

    private static string Describe(AskedJob job) => string.Create(CultureInfo.InvariantCulture,
        $"{job.Id} ({job.Document.Mode} of {job.Subscription}, asked at {job.AskedAt.TotalSeconds:0.00} s, ended at {job.EndedAt?.TotalSeconds:0.00} s): {job.Status?.Phase ?? "no status"} {job.Status?.Reason ?? job.Status?.WaitsFor}");

    private async Task StopAsync(Site site)
    {
        foreach (var worker in site.Workers.Values)
        {
            if (await worker.StopAsync() is var code and not 0)
                _findings.Add("stops that were not clean", $"{worker.Name}: exit code {code} at the end");
        }
    }

    private void JudgeFlatness(Sampler sampler)
    {
        foreach (var figure in sampler.Judge())
        {
            _figures.Add(figure.ToString());
            if (!figure.IsFlat)
                _findings.Add(NotFlat, figure.Name);
        }
    }
}
