using Hermes.Delivery.Sending;
using Hermes.Delivery.Sending.Plain;

namespace Hermes.Delivery.Tests.Sending;

/// <summary>Our own sender; and where it is stricter than the framework's.</summary>
public sealed class PlainSenderTests : SenderContract
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Theory]
    [MemberData(nameof(InDoubt))]
    public async Task An_answer_whose_end_is_in_doubt_counts_and_is_the_last_of_its_connection(string answer, int status)
    {
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(answer);
            await peer.WhenClosedAsync();
        });
        using var sender = Create();
        Assert.Equal(status, (await SendAsync(sender, Request(endpoint))).Status);
        Assert.Equal(status, (await SendAsync(sender, Request(endpoint))).Status);
        Assert.Equal(2, endpoint.Accepted);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX-Name : a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Split: a\rContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Zero: a\0b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n folded from nothing\r\n\r\n")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n")]
    public async Task A_head_by_which_two_readers_could_differ_is_a_fault(string answer)
    {
        await using var endpoint = RawEndpoint.Answering(answer);
        using var sender = Create();
        var came = await SendAsync(sender, Request(endpoint));
        Assert.Equal((0, "InvalidResponse"), (came.Status, came.Fault));
    }

    [Fact]
    public async Task A_pool_without_connections_is_closed_and_another_takes_its_place()
    {
        await using var endpoint = RawEndpoint.Answering(Ok);
        var options = new DeliveryOptions { AllowLoopback = true, ConnectionIdleTimeout = TimeSpan.FromMilliseconds(50) };
        using var sender = Create(options);
        var request = Request(endpoint);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await SendAsync(sender, request)).Status);
            await Task.Delay(TimeSpan.FromMilliseconds(20 * i), TimeProvider.System, CancellationToken.None); // sweeps come at all moments between
        }
    }

    private protected override ISender Create(DeliveryOptions options) => new PlainSender(options, ConnectorOf(options), TimeProvider.System);
}
