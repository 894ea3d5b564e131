using Hermes.Faults.Accounts;
using Hermes.Faults.Links;

namespace Hermes.Faults.Tests.Accounts;

/// <summary>What the audit says of messages that were given up.</summary>
public sealed class LettersTests : HandWrittenHistory
{
    [Fact]
    public void What_is_always_refused_is_right_with_a_letter_and_lost_without_one()
    {
        PublishAs(static message => message with { Refusal = 400 }, 0, 1);
        Letter(0);
        Assert.Equal(1, Check().Letters);
        Assert.Equal(1, Findings.CountOf(Audit.Lost));
    }

    [Theory]
    [InlineData("kill consumer-1", true)]
    [InlineData("kill consumer-2", false)] // the letter was another's
    [InlineData("stop consumer-1", false)]
    public void A_second_letter_is_excused_as_a_second_delivery_is(string fault, bool isExcused)
    {
        PublishAs(static message => message with { Refusal = 400 }, 0);
        Letter(0, One);
        Wait(0.5);
        Happens($"0 {fault} for 1");
        Letter(0, One);
        Check();
        Assert.Equal(isExcused ? 0 : 1, Findings.CountOf(Audit.Unexplained));
    }

    [Theory]
    [InlineData("cut consumer-2/kafka", true)]
    [InlineData("cut consumer-2/schemas", false)]
    [InlineData("cut janitor-1/kafka", false)]
    public void A_letter_that_lay_with_its_writer_while_another_took_over_is_excused_by_the_writers_fault(string fault, bool isExcused)
    {
        PublishAs(static message => message with { Refusal = 400 }, 0);
        Happens($"0 {fault} for 8", 8);
        Letter(0, One);
        Wait(0.5);
        Letter(0, Two);
        Check();
        Assert.Equal(isExcused ? 0 : 1, Findings.CountOf(Audit.Unexplained));
    }

    [Theory]
    [InlineData("refuse endpoint", 14, true)]
    [InlineData("cut consumer-1/endpoint", 14, true)]
    [InlineData("refuse endpoint", 9, false)] // an attempt followed that was taken, or should have been
    [InlineData("refuse schemas", 14, false)]
    [InlineData("freeze kafka", 14, false)]
    public void A_message_may_be_given_up_only_where_all_its_attempts_fell_into_a_fault_of_the_endpoint(string fault, double seconds, bool isExplained)
    {
        Publish(0);
        Happens($"0 {fault} for 1", seconds);
        Wait(1);
        Letter(0);
        Assert.Equal(isExplained ? 1 : 0, Check().LettersByAbsence);
        Assert.Equal(isExplained ? 0 : 1, Findings.CountOf(Audit.GivenUp));
    }

    [Fact]
    public void Faults_that_follow_each_other_sooner_than_two_attempts_count_as_one()
    {
        Publish(0);
        Happens("0 refuse endpoint for 1", 7);
        Wait(1.5);
        Happens("0 stall consumer-2/endpoint for 1", 6);
        Letter(0);
        Check();
        Assert.True(Findings.AreNone, Findings.ToString());
    }

    [Fact]
    public void A_letter_that_tells_another_place_or_another_message_is_noticed()
    {
        PublishAs(static message => message with { Refusal = 400 }, 0);
        Letter(0, offset: 1);
        Letter(9);
        Assert.False(Findings.AreNone);
        Assert.Contains("letters that tell another place", Findings.ToString(), StringComparison.Ordinal);
        Assert.Contains("letters of messages that nobody published", Findings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_commit_above_a_letter_that_was_not_read_yet_waits_for_the_end()
    {
        PublishAs(static message => message with { Refusal = 400 }, 0);
        Ledger.CheckCommitted(Subscription, 0, 1, hasLetters: true);
        Assert.True(Findings.AreNone);
        Publish(1);
        Ledger.CheckCommitted(Subscription, 0, 2, hasLetters: true);
        Assert.False(Findings.AreNone);
    }

    private void Letter(int number, Origin? by = null, long? offset = null) =>
        Ledger.Letter(Subscription, $"m{number}", new(Subscription, "topic", 0, offset ?? number, 0, "status 400", 1, 400, 0, "machine/1", 1), by ?? Origin.Elsewhere);
}
