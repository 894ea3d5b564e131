using Hermes.Delivery.Sending;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Delivery.Tests.Sending;

public sealed class AnswerRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 3, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(200, "Delivered", "Delivered")]
    [InlineData(204, "Delivered", "Delivered")]
    [InlineData(299, "Delivered", "Delivered")]
    [InlineData(102, "Retry", "Retry")]
    [InlineData(301, "Retry", "Retry")]
    [InlineData(307, "Retry", "Retry")]
    [InlineData(400, "Discard", "Retry")]
    [InlineData(401, "Discard", "Retry")]
    [InlineData(404, "Discard", "Retry")]
    [InlineData(429, "Discard", "Retry")]
    [InlineData(500, "Retry", "Retry")]
    [InlineData(503, "Retry", "Retry")]
    [InlineData(599, "Retry", "Retry")]
    public void Judges_each_class_of_answers(int status, string plain, string whenClientErrorsAreRetried)
    {
        Assert.Equal(plain, AnswerRules.VerdictFor(status, retryClientErrors: false).ToString());
        Assert.Equal(whenClientErrorsAreRetried, AnswerRules.VerdictFor(status, retryClientErrors: true).ToString());
    }

    [Fact]
    public void A_401_is_tried_again_where_a_token_can_be_had()
    {
        var clock = new FakeTimeProvider(Now);
        Assert.Equal(Verdict.Retry, AnswerRules.Judge(Answer.Of(401), retryClientErrors: false, retryUnauthorized: true, clock).Verdict);
        Assert.Equal(Verdict.Discard, AnswerRules.Judge(Answer.Of(403), retryClientErrors: false, retryUnauthorized: true, clock).Verdict);
        Assert.Equal(Verdict.Discard, AnswerRules.Judge(Answer.Of(401), retryClientErrors: false, retryUnauthorized: false, clock).Verdict);
    }

    [Theory]
    [InlineData(503, "7", false, 7)]
    [InlineData(503, "Tue, 24 Nov 2026 03:00:09 GMT", false, 9)]
    [InlineData(503, "Tue, 24 Nov 2026 02:00:00 GMT", false, 0)]
    [InlineData(503, "99999999999999", false, int.MaxValue)]
    [InlineData(503, "soon", false, null)]
    [InlineData(503, "-1", false, null)]
    [InlineData(503, "1.5", false, null)]
    [InlineData(500, "7", false, null)]
    [InlineData(429, "7", false, null)]
    [InlineData(429, "7", true, 7)]
    [InlineData(400, "7", true, null)]
    public void Reads_Retry_After_only_where_it_counts(int status, string value, bool retryClientErrors, int? seconds)
    {
        var outcome = AnswerRules.Judge(Answer.Of(status, value), retryClientErrors, retryUnauthorized: false, new FakeTimeProvider(Now));
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, outcome.RetryAfter);
    }
}
