using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.Shared.Kafka.Native;

namespace Hermes.Shared.Kafka;

/// <summary>A client of librdkafka for administration, and the calls that are under way on it. Once retired it takes no more
/// calls, those under way fail, and when it is closed nothing of them is carried out any more.</summary>
/// <remarks>Why it is made so: decision 5.</remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "RetireAsync disposes of all; who waits for it differs.")]
internal sealed class AdminConnection
{
    /// <summary>A topic to ask for where none is meant. A cluster has it as soon as it has groups.</summary>
    public const string AnyTopic = "__consumer_offsets";

    // The longest that librdkafka allows. Its own timer must never end a call that waits for a group's coordinator.
    private static readonly TimeSpan Unlimited = TimeSpan.FromHours(1);
    private readonly long _born = TimeProvider.System.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _retirement = new();
    private readonly CancellationToken _retired;
    private readonly IConsumer<Ignore, Ignore> _handle;
    private readonly IAdminClient _client;
    private Task? _reached;
    private Task _blocked = Task.CompletedTask;
    private Task? _closing;
    private volatile bool _isBurdened;
    private volatile string? _trouble;

    /// <summary>Connects with the first call.</summary>
    /// <param name="config">Of a consumer, which never joins its group.</param>
    public AdminConnection(ConsumerConfig config)
    {
        // Failures come back from the calls; without a handler librdkafka writes to the console. One for errors would wait for polls.
        _handle = new ConsumerBuilder<Ignore, Ignore>(config).SetLogHandler((_, said) =>
        {
            if (said.Level <= SyslogLevel.Error)
                _trouble = said.Message;
        }).Build();
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
    /// where no broker can be reached, or it is retired meanwhile.</exception>
    public async Task<T> AskAsync<T>(TimeSpan limit, Func<IAdminClient, TimeSpan, Task<T>> ask)
    {
        var started = TimeProvider.System.GetTimestamp();
        await ReachAsync(limit);
        var left = limit - TimeProvider.System.GetElapsedTime(started);
        return await AnswerAsync(Start(() => ask(_client, Unlimited)), left, burdens: true);
    }

    /// <summary>Asks any broker for its cluster and a topic.</summary>
    /// <exception cref="KafkaException">As <see cref="AskAsync"/>.</exception>
    public Task<ClusterMetadata> MetadataAsync(string topic, TimeSpan limit) => BlockAsync(limit, () => ClusterMetadata.Ask(_handle, topic, limit));

    /// <summary>Asks all brokers for their groups.</summary>
    /// <exception cref="KafkaException">As <see cref="AskAsync"/>.</exception>
    public Task<IReadOnlyList<(string Id, ConsumerGroupState State)>> GroupsAsync(TimeSpan limit) => BlockAsync(limit, () => GroupListing.Ask(_handle, limit));

    /// <summary>Waits for a first answer of a broker. A call that is given up costs a little memory for good, so that none is made
    /// while no broker can be reached.</summary>
    /// <exception cref="KafkaException">As <see cref="AskAsync"/>.</exception>
    public Task ReachAsync(TimeSpan limit)
    {
        Task reached;
        lock (_gate)
        {
            if (_reached is null or { IsFaulted: true })
                _reached = MetadataAsync(AnyTopic, Patience.OneAttempt);
            reached = _reached;
        }
        return AnswerAsync(Done(reached), limit, burdens: false);
    }

    /// <summary>Takes no more calls and ends those under way; done when it is closed.</summary>
    public Task RetireAsync()
    {
        lock (_gate)
            return _closing ??= Task.Run(CloseAsync);
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }

    private Task<T> BlockAsync<T>(TimeSpan limit, Func<T> ask) => AnswerAsync(Start(() =>
    {
        var answer = Task.Factory.StartNew(ask, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _blocked = _blocked.IsCompleted ? answer : Task.WhenAll(_blocked, answer);
        return answer;
    }), limit, burdens: false);

    private async Task<T> AnswerAsync<T>(Task<T> call, TimeSpan limit, bool burdens)
    {
        try
        {
            return await call.WaitAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, TimeProvider.System, _retired);
        }
        catch (TimeoutException e)
        {
            _isBurdened |= burdens;
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut, _trouble ?? ErrorCode.Local_TimedOut.GetReason()), e);
        }
        catch (OperationCanceledException e)
        {
            throw new KafkaException(new Error(ErrorCode.Local_Transport, _trouble ?? "The connection was given up for a new one."), e);
        }
        catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_Transport or ErrorCode.Local_Partial && !burdens)
        {
            // No broker answers, or one that is about to start does not know its cluster yet.
            throw new KafkaException(new Error(ErrorCode.Local_Transport, _trouble ?? ErrorCode.Local_Transport.GetReason()), e);
        }
    }

    private Task<T> Start<T>(Func<Task<T>> ask)
    {
        // It only hands over to another thread, and must not meet the end of the client's handle.
        lock (_gate)
            return _closing is null ? ask() : Task.FromCanceled<T>(new(true));
    }

    private async Task CloseAsync()
    {
        await _retirement.CancelAsync();
        await _blocked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
