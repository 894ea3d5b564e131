using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hermes.Shared.Kafka;

/// <summary>Asks a broker again while its refusal is one that passes: a topic that is still being made, a leader or a
/// coordinator that moves, a connection that a restarted broker has forgotten.</summary>
internal static class Patience
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan OneAttempt = TimeSpan.FromSeconds(3);

    /// <summary>Asks until there is an answer, a refusal that stays, or the limit is reached: then the last refusal is thrown.</summary>
    /// <param name="limit">For all attempts together. What is asked must bear repetition.</param>
    /// <param name="renew">Called before it is asked again after a failure of the connection.</param>
    /// <param name="ask">Asks once, within the time given.</param>
    public static async Task<T> AskAsync<T>(TimeSpan limit, Action renew, Func<TimeSpan, Task<T>> ask)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var left = limit - TimeProvider.System.GetElapsedTime(started);
            try
            {
                return await ask(left < OneAttempt ? left : OneAttempt);
            }
            catch (KafkaException e) when (Passes(e) && TimeProvider.System.GetElapsedTime(started) + Pause < limit)
            {
                if (e.Error.IsLocalError)
                    renew();
                await Task.Delay(Pause, TimeProvider.System);
            }
        }
    }

    private static bool Passes(KafkaException e) => e switch
    {
        ListOffsetsException list => list.Result.ResultInfos.TrueForAll(r => Passes(r.TopicPartitionOffsetError.Error.Code)),
        ListConsumerGroupOffsetsException committed => committed.Results.TrueForAll(r => Passes(r.Error.Code)),
        AlterConsumerGroupOffsetsException altered => altered.Results.TrueForAll(r => Passes(r.Error.Code)),
        _ => Passes(e.Error.Code),
    };

    private static bool Passes(ErrorCode code) => code
        is ErrorCode.NoError or ErrorCode.UnknownTopicOrPart or ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition
        or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup or ErrorCode.GroupLoadInProgress
        or ErrorCode.OffsetNotAvailable or ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch
        or ErrorCode.NetworkException or ErrorCode.RequestTimedOut
        or ErrorCode.Local_TimedOut or ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown;
}
