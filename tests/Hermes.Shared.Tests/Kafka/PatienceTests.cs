using Confluent.Kafka;
using Hermes.Shared.Kafka;

namespace Hermes.Shared.Tests.Kafka;

public sealed class PatienceTests
{
    [Fact]
    public async Task No_attempt_is_given_less_than_no_time_and_the_last_refusal_is_thrown()
    {
        // Each limit ends at about the end of the first pause.
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var limit = TimeSpan.FromMilliseconds(100 + (i * 0.01));
            var refusal = await Assert.ThrowsAsync<KafkaException>(() => Patience.AskAsync<int>(limit, left =>
            {
                Assert.True(left >= TimeSpan.Zero, $"An attempt was given {left}.");
                throw new KafkaException(ErrorCode.NotCoordinatorForGroup);
            }));
            Assert.Equal(ErrorCode.NotCoordinatorForGroup, refusal.Error.Code);
        }));
    }

    [Fact]
    public async Task A_refusal_that_stays_is_thrown_at_once()
    {
        var asked = 0;
        await Assert.ThrowsAsync<KafkaException>(() => Patience.AskAsync<int>(TimeSpan.FromMinutes(1), _ =>
        {
            asked++;
            throw new KafkaException(ErrorCode.GroupAuthorizationFailed);
        }));
        Assert.Equal(1, asked);
    }
}
