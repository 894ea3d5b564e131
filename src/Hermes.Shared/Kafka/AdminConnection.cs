using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hermes.Shared.Kafka;

/// <summary>A client of librdkafka for administration, and the calls that are under way on it. Once retired it takes no more
/// calls, those under way fail, and when it is closed nothing of them is carried out any more.</summary>
/// <remarks>Why it is made so: decision 5.</remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "RetireAsync disposes of all; who waits for it differs.")]
internal sealed class AdminConnection
{
    // The longest that librdkafka allows. Its own timer must never end a call that waits for a group's coordinator.
    private static readonly TimeSpan Unlimited = TimeSpan.FromHours(1);
    private readonly long _born = TimeProvider.System.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _retirement = new();
    private readonly CancellationToken _retired;
    private readonly IConsumer<Ignore, Ignore> _handle;
    private readonly IAdminClient _client;
    private Task? _reached;
    private Task? _closing;
    private volatile bool _isBurdened;

    /// <summary>Connects with the first call.</summary>
    /// <param name="config">Of a consumer, which never joins its group.</param>
    public AdminConnection(ConsumerConfig config)
    {
        // Failures come back from the calls; without a handler librdkafka writes to the console. One for errors would wait for polls.
        _handle = new ConsumerBuilder<Ignore, Ignore>(config).SetLogHandler((_, _) => { }).Build();
        _client = new DependentAdminClientBuilder(_handle.Handle).Build();
        _retired = _retirement.Token;
    }

    /// <summary>How long it has been there.</summary>
    public TimeSpan Age => TimeProvider.System.GetElapsedTime(_born);

    /// <summary>Whether it is retired, or has to be: a call is still under way that nobody waits for any more.</summary>
    public bool IsSpent => _isBurdened || _retired.IsCancellationRequested;

    /// <summary>Asks, and waits so long for the answer.</summary>
    /// <param name="limit">For the whole of it.</param>
    /// <param name="ask">Asks the client, with the time-out that it is given.</param>
    /// <exception cref="KafkaException">Refused; or <see cref="ErrorCode.Local_TimedOut"/>; or <see cref="ErrorCode.Local_Transport"/>
    /// where it is retired meanwhile.</exception>
    public async Task<T> AskAsync<T>(TimeSpan limit, Func<IAdminClient, TimeSpan, Task<T>> ask)
    {
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            // A call that is given up costs a little memory for good. While no broker can be reached none is made but this one.
            await Reached().WaitAsync(limit, TimeProvider.System, _retired);
            var left = limit - TimeProvider.System.GetElapsedTime(started);
            return await AnswerAsync(Start(ask), left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
        catch (TimeoutException e)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut), e);
        }
        catch (OperationCanceledException e)
        {
            throw new KafkaException(new Error(ErrorCode.Local_Transport, "The connection was given up for a new one."), e);
        }
    }

    /// <summary>Takes no more calls and ends those under way; done when it is closed.</summary>
    public Task RetireAsync()
    {
        lock (_gate)
            return _closing ??= Task.Run(CloseAsync);
    }

    private Task Reached()
    {
        lock (_gate)
        {
            if (_reached is null or { IsFaulted: true })
                _reached = Start((client, limit) => client.DescribeClusterAsync(new() { RequestTimeout = limit }));
            return _reached;
        }
    }

    private async Task<T> AnswerAsync<T>(Task<T> call, TimeSpan limit)
    {
        try
        {
            return await call.WaitAsync(limit, TimeProvider.System, _retired);
        }
        catch (TimeoutException)
        {
            _isBurdened = true;
            throw;
        }
    }

    private Task<T> Start<T>(Func<IAdminClient, TimeSpan, Task<T>> ask)
    {
        // It only hands over to librdkafka's thread, and must not meet the end of the client's handle.
        lock (_gate)
            return _closing is null ? ask(_client, Unlimited) : Task.FromCanceled<T>(new(true));
    }

    private async Task CloseAsync()
    {
        await _retirement.CancelAsync();
        // It waits for librdkafka's threads.
        await Task.Factory.StartNew(CloseClient, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _retirement.Dispose();
    }

    private void CloseClient()
    {
        _client.Dispose();
        _handle.Dispose();
    }
}
