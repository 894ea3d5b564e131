using Confluent.Kafka;

namespace Hermes.Shared.Kafka;

/// <summary>Asks a broker again while its refusal is one that passes: a topic that is still being made, a leader or a
/// coordinator that moves, a connection that a restarted broker has forgotten.</summary>
internal static class Patience
{
    /// <summary>How long it waits before it asks again.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How long one attempt waits.</summary>
    public static readonly TimeSpan OneAttempt = TimeSpan.FromSeconds(3);

    /// <summary>Asks until there is an answer, a refusal that stays, or the limit is reached: then the last refusal is thrown.</summary>
    /// <param name="limit">For all attempts together. What is asked must bear repetition.</param>
    /// <param name="ask">Asks once, within the time given.</param>
    public static async Task<T> AskAsync<T>(TimeSpan limit, Func<TimeSpan, Task<T>> ask)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var left = limit - TimeProvider.System.GetElapsedTime(started);
            try
            {
                return await ask(left > OneAttempt ? OneAttempt : left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
            catch (KafkaException e) when (KafkaErrors.Of(e).All(Passes) && TimeProvider.System.GetElapsedTime(started) + Pause < limit)
            {
                await Task.Delay(Pause, TimeProvider.System);
                if (TimeProvider.System.GetElapsedTime(started) >= limit)
                    throw; // a pause may last longer than it should
            }
        }
    }

    /// <summary>Whether a refusal is one that passes.</summary>
    public static bool Passes(Error error) => error.Code
        is ErrorCode.UnknownTopicOrPart or ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition
        or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup or ErrorCode.GroupLoadInProgress
        or ErrorCode.OffsetNotAvailable or ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch
        or ErrorCode.NetworkException or ErrorCode.RequestTimedOut
        or ErrorCode.Local_TimedOut or ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown;
}
