using Hermes.Faults.Accounts;

namespace Hermes.Faults.Tests.Accounts;

/// <summary>Order by key, as the audit sees it.</summary>
public sealed class KeyOrderTests : HandWrittenHistory
{
    [Fact]
    public void Keys_that_overtake_each_other_are_right()
    {
        PublishAs(static message => message with { Key = "a" }, 0, 2);
        PublishAs(static message => message with { Key = "b" }, 1);
        PublishAs(static message => message, 3); // no key, no order
        Come(3, 0, 2, 1);
        Check(byKey: true);
        Assert.True(Findings.AreNone, Findings.ToString());
    }

    [Fact]
    public void A_message_that_overtakes_one_of_its_key_is_noticed_whoever_brought_it_and_whatever_happened()
    {
        Keyed(0, 1);
        Deliver(One, 1);
        Happens("0 kill consumer-1 for 1");
        Deliver(Two, 0);
        Check(byKey: true);
        Assert.Equal(1, Findings.CountOf(KeyOrder.Broken));
    }

    [Fact]
    public void Only_who_asks_for_order_gets_it()
    {
        Keyed(0, 1);
        Come(1, 0);
        Check();
        Assert.True(Findings.AreNone, Findings.ToString());
    }

    [Fact]
    public void A_rewind_explains_one_step_back_and_what_follows_stands_in_order_again()
    {
        Keyed(0, 1, 2);
        Come(0, 1, 2);
        Wait(5);
        Rewound(to: 0, () => Come(0, 1, 2));
        Check(byKey: true);
        Assert.True(Findings.AreNone, Findings.ToString());
    }

    [Fact]
    public void What_a_rewind_brings_again_out_of_order_is_noticed()
    {
        Keyed(0, 1, 2);
        Come(0, 1, 2);
        Wait(5);
        Rewound(to: 0, () => Come(0, 2, 1));
        Check(byKey: true);
        Assert.Equal(1, Findings.CountOf(KeyOrder.Back));
    }

    [Theory]
    [InlineData("freeze consumer-1", true)]
    [InlineData("cut consumer-1/endpoint", true)]
    [InlineData("cut consumer-2/endpoint", false)]
    [InlineData("kill zookeeper-1", false)]
    public void A_step_back_is_excused_by_what_excuses_a_repeat(string fault, bool isExcused)
    {
        Keyed(0, 1);
        Come(0, 1);
        Happens($"0 {fault} for 1");
        Come(1);
        Check(byKey: true);
        Assert.Equal(isExcused ? 0 : 1, Findings.CountOf(KeyOrder.Back));
    }

    [Fact]
    public void The_next_process_of_a_worker_begins_where_the_groups_offsets_stand()
    {
        Keyed(0, 1);
        Come(0, 1);
        Happens("0 kill consumer-1 for 1");
        Deliver(new("consumer-1", 3), 0, 1);
        Check(byKey: true);
        Assert.True(Findings.AreNone, Findings.ToString());
    }

    private void Keyed(params ReadOnlySpan<int> numbers) => PublishAs(static message => message with { Key = "a" }, numbers);

    /// <summary>They come one after the other.</summary>
    private void Come(params ReadOnlySpan<int> numbers)
    {
        foreach (var number in numbers)
        {
            Deliver(One, number);
            Wait(0.01);
        }
    }
}
