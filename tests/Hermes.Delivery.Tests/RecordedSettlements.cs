namespace Hermes.Delivery.Tests;

/// <summary>Keeps what it is told, in order.</summary>
internal sealed class RecordedSettlements : ISettlements
{
    private readonly Lock _gate = new();
    private readonly List<(Message Message, Settlement Settlement)> _all = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<(Message Message, Settlement Settlement)> All
    {
        get
        {
            lock (_gate) return [.. _all];
        }
    }

    /// <summary>Who took which message while others had not.</summary>
    public List<(Message Message, ulong Target)> Reached { get; } = [];

    void ISettlements.Reached(Message message, ulong target)
    {
        lock (_gate) Reached.Add((message, target));
    }

    public void Settled(Message message, Settlement settlement)
    {
        TaskCompletionSource said;
        lock (_gate)
        {
            _all.Add((message, settlement));
            (said, _news) = (_news, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        said.TrySetResult();
    }

    public async Task<IReadOnlyList<(Message Message, Settlement Settlement)>> WhenAsync(int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (true)
        {
            Task news;
            lock (_gate)
            {
                if (_all.Count >= count) return [.. _all];
                news = _news.Task;
            }

            try
            {
                await news.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"{All.Count} of {count} messages were settled.", e);
            }
        }
    }
}
