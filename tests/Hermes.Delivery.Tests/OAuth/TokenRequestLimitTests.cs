using Hermes.Delivery.OAuth;

namespace Hermes.Delivery.Tests.OAuth;

public sealed class TokenRequestLimitTests
{
    private readonly TokenRequestLimit _limit = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(800), frequency: 1000);

    [Fact]
    public void Each_request_doubles_the_delay_up_to_the_longest()
    {
        Assert.Equal([0, 150, 350, 750, 1550, 2350, 3150], Taken(3500));
    }

    [Fact]
    public void A_delivery_sets_the_delay_back()
    {
        Assert.Equal([0, 150, 350, 750], Taken(800));
        _limit.Reset();
        Assert.Equal([1550, 1650, 1850], Taken(1900, from: 800));
    }

    [Fact]
    public void After_a_rest_the_first_request_costs_half_as_much_again()
    {
        Assert.True(_limit.TryTake(0));
        _limit.Reset();
        Assert.Equal([1000, 1150], Taken(1200, from: 1000));
    }

    [Fact]
    public void Without_a_delay_every_request_is_allowed()
    {
        var limit = new TokenRequestLimit(TimeSpan.Zero, TimeSpan.Zero, frequency: 1000);
        for (var i = 0; i < 10; i++) Assert.True(limit.TryTake(5));
    }

    private List<long> Taken(long until, long from = 0)
    {
        var taken = new List<long>();
        for (var now = from; now < until; now++)
            if (_limit.TryTake(now))
                taken.Add(now);
        return taken;
    }
}
