using Hermes.Delivery;
using Hermes.Intake;
using Hermes.Intake.Contents;
using Hermes.Shared.Registry;
using Hermes.Worker.Consumer.Counters;
using Hermes.Worker.Consumer.Intake;

namespace Hermes.Worker.Consumer.Assignments;

/// <summary>A subscription while it is served: its intake, its delivery, and the way to a clean end.</summary>
internal sealed class ServingRun
{
    private readonly IntakePool _pool;
    private readonly IntakeThread _thread;
    private readonly RecordReader _reader;
    private readonly SubscriptionIntake _intake;
    private readonly ISubscriptionDelivery _delivery;
    private readonly SettlementTally _tally;
    private readonly TimeProvider _clock;

    private ServingRun(
        IntakePool pool, IntakeThread thread, RecordReader reader, SubscriptionIntake intake, ISubscriptionDelivery delivery, RegisteredSubscription subscription,
        IntakeSpec spec, SettlementTally tally, TimeProvider clock) =>
        (_pool, _thread, _reader, _intake, _delivery, Subscription, Spec, _tally, _clock) = (pool, thread, reader, intake, delivery, subscription, spec, tally, clock);

    public RegisteredSubscription Subscription { get; private set; }

    public IntakeSpec Spec { get; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When its document was last taken over anew.</summary>
    public DateTimeOffset? UpdatedAt { get; private set; }

    /// <inheritdoc cref="SubscriptionIntake.Lag"/>
    public long Lag => _intake.Lag;

    /// <summary>Attempts so far.</summary>
    public long Attempts => _delivery.Attempts;

    /// <summary>Work so far, as Hermes counts it for balancing by weight: a send, its result, and what was settled.</summary>
    public long Operations => (_delivery.Attempts * 2) + _tally.Settled;

    /// <summary>This worker's share of the subscription's rate; see <see cref="ISubscriptionDelivery.MaxRate"/>.</summary>
    public double? MaxRate
    {
        set => _delivery.MaxRate = value;
    }

    /// <summary>Completes when the intake has broken.</summary>
    public Task<Exception> Failed => _intake.Failed.Task;

    public static async Task<ServingRun> StartAsync(
        IntakePool pool, DeliveryEngine engine, TallyBook tallies, RegisteredSubscription subscription, RegisteredTopic topic, IntakeSpec spec, double? maxRate,
        TimeProvider clock)
    {
        var thread = pool.Quietest;
        var reader = pool.Readers.Create(subscription, topic);
        var intake = pool.Create(spec, reader);
        void Ring() => thread.Ring(intake);
        var tally = tallies.Open(subscription);
        ISubscriptionDelivery? delivery = null;
        try
        {
            delivery = engine.Open(subscription, topic, new TalliedSettlements(intake, tally, clock), Ring);
            delivery.MaxRate = maxRate; // from the first message on
            intake.Open(delivery, Ring);
        }
        catch
        {
            tally.Close();
            if (delivery is not null)
                await delivery.DisposeAsync();
            throw;
        }
        await thread.AddAsync(intake);
        return new(pool, thread, reader, intake, delivery, subscription, spec, tally, clock) { StartedAt = clock.GetUtcNow() };
    }

    /// <summary>Takes over a changed document without a stop.</summary>
    public void Update(RegisteredSubscription subscription, RegisteredTopic topic)
    {
        Subscription = subscription;
        _pool.Readers.Update(_reader, subscription, topic);
        UpdatedAt = _clock.GetUtcNow();
        _delivery.Update(subscription, topic);
    }

    /// <summary>Moves a partition, if it is ours; see <see cref="SubscriptionIntake.Move"/>.</summary>
    public async Task<bool> MoveAsync(string topic, int partition, long offset)
    {
        var confirmed = Task.FromResult(false);
        await _thread.ActAsync(_intake, i =>
        {
            confirmed = i.Move(topic, partition, offset);
            _thread.Ring(i);
        });
        return await confirmed;
    }

    /// <summary>Takes no more, finishes what is on the wire, commits, leaves the group.</summary>
    /// <param name="letGo">Ends the wait for what is on the wire.</param>
    public async Task StopAsync(CancellationToken letGo)
    {
        await _thread.ActAsync(_intake, i => i.StopTaking());
        await _delivery.DrainAsync(letGo);
        _tally.Close();
        await _thread.RemoveAsync(_intake);
        await _pool.CloseAsync(_intake);
    }
}
