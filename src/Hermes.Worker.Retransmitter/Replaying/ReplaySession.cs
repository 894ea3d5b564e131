using Hermes.Delivery;
using Hermes.Intake;
using Hermes.Intake.Contents;
using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;

namespace Hermes.Worker.Retransmitter.Replaying;

/// <summary>A replay while it delivers: from one checkpoint to a rest, a stop or the end.</summary>
internal sealed class ReplaySession : IAsyncDisposable
{
    private readonly IntakeThread _thread;
    private readonly RecordReaders _readers;
    private readonly RecordReader _reader;
    private readonly ReplayIntake _intake;
    private readonly ISubscriptionDelivery _delivery;
    private RegisteredSubscription _subscription;
    private RegisteredTopic _topic;
    private bool _isOver;

    private ReplaySession(
        IntakeThread thread, RecordReaders readers, RecordReader reader, ReplayIntake intake, ISubscriptionDelivery delivery,
        RegisteredSubscription subscription, RegisteredTopic topic) =>
        (_thread, _readers, _reader, _intake, _delivery, _subscription, _topic) = (thread, readers, reader, intake, delivery, subscription, topic);

    public ReplayProgress Progress => _intake.Progress;

    /// <summary>Throws what broke the intake, if anything has.</summary>
    public void ThrowIfFailed()
    {
        if (_intake.Failed.Task is { IsCompletedSuccessfully: true } broken)
            throw new IOException("The replay's intake broke; it goes on from the last checkpoint.", broken.Result);
    }

    public static async Task<ReplaySession> StartAsync(
        IntakeThreads threads, DeliveryEngine engine, RegisteredSubscription subscription, RegisteredTopic topic,
        RecordReaders readers, RecordReader reader, ReplayIntake intake)
    {
        var thread = threads.Quietest;
        void Ring() => thread.Ring(intake);
        var delivery = engine.Open(subscription, topic, intake, Ring);
        try
        {
            intake.Open(delivery, Ring);
        }
        catch
        {
            await delivery.DisposeAsync();
            throw;
        }
        await thread.AddAsync(intake);
        return new(thread, readers, reader, intake, delivery, subscription, topic);
    }

    /// <summary>Whether it can follow this document: another <c>deliveryType</c> needs another session.</summary>
    public bool Serves(RegisteredSubscription subscription) => _subscription.Document.IsBatch == subscription.Document.IsBatch;

    /// <summary>Follows a changed document.</summary>
    public void Update(RegisteredSubscription subscription, RegisteredTopic topic)
    {
        if (_subscription.Version == subscription.Version && _topic.Version == topic.Version)
            return;
        (_subscription, _topic) = (subscription, topic);
        _readers.Update(_reader, subscription, topic);
        _delivery.Update(subscription, topic);
    }

    /// <summary>Takes no more, and finishes what is on the wire.</summary>
    /// <param name="letGo">Ends the wait for it.</param>
    /// <returns>How far it has come.</returns>
    public async Task<ReplayProgress> StopAsync(CancellationToken letGo)
    {
        await _thread.ActAsync(_intake, i => i.StopTaking());
        await _delivery.DrainAsync(letGo);
        await CloseAsync();
        return _intake.Progress;
    }

    /// <summary>Lets go of everything at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isOver)
            return;
        await _delivery.DisposeAsync();
        await CloseAsync();
    }

    private async Task CloseAsync()
    {
        _isOver = true;
        await _thread.RemoveAsync(_intake);
        // It waits for librdkafka's threads.
        await Task.Factory.StartNew(_intake.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
