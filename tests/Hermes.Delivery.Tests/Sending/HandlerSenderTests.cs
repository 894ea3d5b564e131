using System.Net;
using System.Text;
using Hermes.Delivery.Networks;
using Hermes.Delivery.Sending;
using Hermes.Delivery.Tls;
using Hermes.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.Delivery.Tests.Sending;

/// <summary>What the sender does for plain HTTP/1.1, whatever the endpoint does to it.</summary>
public sealed class HandlerSenderTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_request_is_written_as_the_contract_has_it()
    {
        var requests = new List<string>();
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            while (await peer.ReadRequestAsync() is { } request)
            {
                requests.Add(request);
                await peer.SendAsync(Ok);
            }
        });
        using var sender = Create();
        var answer = await SendAsync(sender, Request(endpoint, "{\"t\":\"ż\"}") with
        {
            Metadata = [new("X-City", "Łódź"), new("traceparent", "00-1")],
            Own = [new("Authorization", "Bearer x")],
        });
        Assert.Equal(200, answer.Status);
        var lines = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(requests[0])).Split("\r\n");
        Assert.Equal("POST /path?q=1 HTTP/1.1", lines[0]);
        Assert.Equal(
        [
            "Authorization: Bearer x", "Content-Length: 10", "Content-Type: application/json", "Hermes-Message-Id: m-1", "Hermes-Retry-Count: 3",
            $"Host: 127.0.0.1:{endpoint.Port}", "Keep-Alive: true", "X-City: Łódź", "X-Team: shop", "traceparent: 00-1",
        ], lines[1..^2].Order(StringComparer.Ordinal));
        Assert.Equal("{\"t\":\"ż\"}", lines[^1]);
    }

    [Fact]
    public async Task A_host_of_its_own_and_an_address_of_IPv6_are_named()
    {
        var hosts = new List<string>();
        async Task ServeAsync(RawPeer peer)
        {
            while (await peer.ReadRequestAsync() is { } request)
            {
                hosts.Add(request.Split("\r\n").Single(l => l.StartsWith("Host: ", StringComparison.Ordinal)));
                await peer.SendAsync(Ok);
            }
        }
        await using var six = RawEndpoint.Start(ServeAsync, IPAddress.IPv6Loopback);
        using var sender = Create();
        await SendAsync(sender, Request(six) with { Address = new($"http://[::1]:{six.Port}/") });
        await SendAsync(sender, Request(six) with { Address = new($"http://[::1]:{six.Port}/"), Host = "shop.example:81" });
        Assert.Equal([$"Host: [::1]:{six.Port}", "Host: shop.example:81"], hosts);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(16 * 1024)]
    [InlineData((16 * 1024) + 1)]
    [InlineData(5_000_000)]
    public async Task A_body_of_any_size_arrives_whole(int size)
    {
        string? received = null;
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            while ((received = await peer.ReadRequestAsync() ?? received) is not null) await peer.SendAsync(Ok);
        });
        var body = string.Create(size, 0, static (span, _) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = (char)('a' + (i % 26));
        });
        using var sender = Create();
        Assert.Equal(200, (await SendAsync(sender, Request(endpoint, body))).Status);
        Assert.Equal(200, (await SendAsync(sender, Request(endpoint, body))).Status);
        Assert.EndsWith("\r\n\r\n" + body, received, StringComparison.Ordinal);
        Assert.Equal(1, endpoint.Accepted);
    }

    /// <summary>Answers after which the connection serves the next request.</summary>
    public static TheoryData<string, int> Whole() => new()
    {
        { Ok, 200 },
        { "HTTP/1.1 200 OK\nContent-Length: 0\n\n", 200 },
        { "HTTP/1.1 201 \r\ncontent-length:5\r\n\r\nhello", 201 },
        { "HTTP/1.1 204 No Content\r\n\r\n", 204 },
        { "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 404 },
        { "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;note=\"x\"\r\n0123456789\r\n0\r\n\r\n", 500 },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Trailer: a\r\nY: b\r\n\r\n", 200 },
        { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", 202 },
        { "HTTP/1.1 200 OK\r\nX-Empty:\r\nX-Odd: \u00e9\u0001\t\r\nContent-Length: 2\r\n\r\nok", 200 },
    };

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task Whole_answers_count_and_their_connection_goes_on(string answer, int status)
    {
        await using var endpoint = RawEndpoint.Answering(answer);
        using var sender = Create();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(status, (await SendAsync(sender, Request(endpoint))).Status);
            await Task.Yield();
        }
        Assert.Equal(1, endpoint.Accepted);
    }

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task Answers_that_come_byte_by_byte_are_the_same(string answer, int status)
    {
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            while (await peer.ReadRequestAsync() is not null) await peer.SendByteByByteAsync(answer);
        });
        using var sender = Create();
        Assert.Equal(status, (await SendAsync(sender, Request(endpoint))).Status);
        Assert.Equal(status, (await SendAsync(sender, Request(endpoint))).Status);
    }

    /// <summary>Answers whose status counts, and whose end is in doubt or is the connection's.</summary>
    public static TheoryData<string, int> LastOfTheirConnection() => new()
    {
        { "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 200 },
        { "HTTP/1.1 200 OK\r\nConnection: foo, Close\r\nContent-Length: 0\r\n\r\n", 200 },
    };

    [Theory]
    [MemberData(nameof(LastOfTheirConnection))]
    public async Task An_answer_that_is_the_last_of_its_connection_counts(string answer, int status)
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

    [Fact]
    public async Task Without_a_length_the_answer_ends_with_its_connection()
    {
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\n\r\nsome text");
        });
        using var sender = Create();
        Assert.Equal(200, (await SendAsync(sender, Request(endpoint))).Status);
        Assert.Equal(200, (await SendAsync(sender, Request(endpoint))).Status);
        Assert.Equal(2, endpoint.Accepted);
    }

    [Fact]
    public async Task Closed_at_every_byte_an_answer_counts_once_its_head_is_whole_and_the_next_request_is_served()
    {
        const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        var head = Answer.Length - 2;
        var lengths = new Queue<int>(Enumerable.Range(0, Answer.Length).SelectMany(n => new[] { n, Answer.Length }));
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            while (await peer.ReadRequestAsync() is not null)
            {
                var length = lengths.Dequeue();
                await peer.SendAsync(Answer[..length]);
                if (length < Answer.Length) return;
            }
        });
        using var sender = Create();
        for (var length = 0; length < Answer.Length; length++)
        {
            // A whole answer between the two may have left a connection that is closed meanwhile: that must not cost an attempt.
            var cut = await SendAsync(sender, Request(endpoint));
            Assert.Equal((length >= head ? 200 : 0, length >= head), (cut.Status, cut.Fault is null));
            await Until.TrueAsync(() => endpoint.Open == 0, "the connection is closed", Patience);
            Assert.Equal(200, (await SendAsync(sender, Request(endpoint))).Status);
        }
    }

    [Fact]
    public async Task A_reset_in_place_of_an_answer_is_a_fault()
    {
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            await peer.ReadRequestAsync();
            peer.Reset();
        });
        using var sender = Create();
        var answer = await SendAsync(sender, Request(endpoint));
        Assert.Equal(0, answer.Status);
        Assert.NotNull(answer.Fault);
    }

    [Theory]
    [InlineData("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: no name\r\n\r\n")]
    public async Task What_is_no_HTTP_is_a_fault(string answer)
    {
        await using var endpoint = RawEndpoint.Answering(answer);
        using var sender = Create();
        var came = await SendAsync(sender, Request(endpoint));
        Assert.Equal((0, "InvalidResponse"), (came.Status, came.Fault));
    }

    [Fact]
    public async Task A_head_without_an_end_is_given_up()
    {
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\n");
            for (var i = 0; i < 100_000; i++) await peer.SendAsync($"X-Flood-{i}: {new string('x', 100)}\r\n");
        });
        using var sender = Create();
        var came = await SendAsync(sender, Request(endpoint));
        Assert.Equal((0, "ConfigurationLimitExceeded"), (came.Status, came.Fault));
    }

    [Fact]
    public async Task A_line_without_an_end_is_given_up()
    {
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 ");
            for (var i = 0; i < 100_000; i++) await peer.SendAsync(new string('x', 100));
        });
        using var sender = Create();
        var came = await SendAsync(sender, Request(endpoint));
        Assert.Equal((0, "ConfigurationLimitExceeded"), (came.Status, came.Fault));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", "note")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-Trailer: a\r\n")]
    public async Task A_body_without_an_end_does_not_hold_up_its_answer_and_is_given_up(string head, string endless)
    {
        var said = 0;
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(head);
            var much = string.Concat(Enumerable.Repeat(endless, 2_000));
            for (said = 0; said < 100_000_000; said += much.Length) await peer.SendAsync(much);
        });
        using var sender = Create();
        Assert.Equal(200, (await SendAsync(sender, Request(endpoint))).Status);
        await Until.TrueAsync(() => endpoint.Open == 0, "it was closed", Patience);
        Assert.InRange(said, 0, 50_000_000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_early_answer_to_a_large_body_counts(bool closes)
    {
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            await peer.ReadSomeAsync(1_000);
            await peer.SendAsync("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            if (closes) peer.Finish();
            await peer.WhenClosedAsync();
        });
        using var sender = Create();
        Assert.Equal(413, (await SendAsync(sender, Request(endpoint, new string('x', 20_000_000)))).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_second_answer_that_nobody_asked_for_is_never_taken_for_the_next(bool atOnce)
    {
        const string Smuggled = "HTTP/1.1 500 Smuggled\r\nContent-Length: 0\r\n\r\n";
        using var answered = new SemaphoreSlim(0);
        using var smuggled = new SemaphoreSlim(0);
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            while (await peer.ReadRequestAsync() is not null)
            {
                await peer.SendAsync(atOnce ? Ok + Smuggled : Ok);
                if (!atOnce)
                {
                    await answered.WaitAsync(TestContext.Current.CancellationToken);
                    await peer.SendAsync(Smuggled);
                }
                smuggled.Release();
            }
        });
        using var sender = Create();
        for (var i = 0; i < 5; i++)
        {
            Assert.NotEqual(500, (await SendAsync(sender, Request(endpoint))).Status);
            answered.Release();
            // What comes before the next request is not its answer; of what comes later nobody can tell.
            Assert.True(await smuggled.WaitAsync(Patience, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Interim_answers_without_an_end_are_given_up_in_time()
    {
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            await peer.ReadRequestAsync();
            while (true) await peer.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
        });
        using var sender = Create();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
        try
        {
            Assert.Equal(0, (await sender.SendAsync(Request(endpoint), limit.Token)).Status);
        }
        catch (OperationCanceledException)
        {
            // By the attempt's own limit.
        }
        await Until.TrueAsync(() => endpoint.Open == 0, "it was closed", Patience);
    }

    [Fact]
    public async Task An_upgrade_that_nobody_asked_for_is_no_success()
    {
        await using var endpoint = RawEndpoint.Answering("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
        using var sender = Create();
        Assert.NotInRange((await SendAsync(sender, Request(endpoint))).Status, 200, 299);
    }

    [Fact]
    public async Task A_silent_endpoint_is_cut_off_by_the_token_and_its_connection_closed()
    {
        await using var endpoint = RawEndpoint.Start(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.WhenClosedAsync();
        });
        using var sender = Create();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await sender.SendAsync(Request(endpoint), limit.Token));
        await Until.TrueAsync(() => endpoint.Open == 0, "it was closed", Patience);
    }

    [Fact]
    public async Task An_endpoint_that_reads_nothing_is_cut_off_by_the_token()
    {
        await using var endpoint = RawEndpoint.Start(static peer => peer.WhenTestIsOverAsync());
        using var sender = Create();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await sender.SendAsync(Request(endpoint, new string('x', 30_000_000)), limit.Token));
    }

    [Fact]
    public async Task Retry_After_is_read_of_those_who_may_ask_for_a_pause()
    {
        await using var busy = RawEndpoint.Answering("HTTP/1.1 503 Busy\r\nRetry-After:  7 \r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n");
        await using var moved = RawEndpoint.Answering("HTTP/1.1 301 Moved\r\nRetry-After: 7\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n");
        using var sender = Create();
        Assert.Equal((503, "7"), (await SendAsync(sender, Request(busy))) is var b ? (b.Status, b.RetryAfter) : default);
        Assert.Equal((301, null), (await SendAsync(sender, Request(moved))) is var m ? (m.Status, m.RetryAfter) : default);
    }

    [Fact]
    public async Task No_more_connections_are_open_than_allowed_and_all_get_their_turn()
    {
        await using var endpoint = RawEndpoint.Answering(Ok);
        using var sender = Create(new DeliveryOptions { AllowLoopback = true, MaxConnectionsPerServer = 3 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => SendAsync(sender, Request(endpoint))));
        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.InRange(endpoint.MostOpen, 1, 3);
    }

    [Fact]
    public async Task Connections_that_are_idle_for_too_long_are_closed()
    {
        await using var endpoint = RawEndpoint.Answering(Ok);
        using var sender = Create(new DeliveryOptions { AllowLoopback = true, ConnectionIdleTimeout = TimeSpan.FromMilliseconds(300) });
        await SendAsync(sender, Request(endpoint));
        await Until.TrueAsync(() => endpoint.Open == 0, "the idle connection is closed", Patience);
        Assert.Equal(200, (await SendAsync(sender, Request(endpoint))).Status);
    }

    [Fact]
    public async Task Connections_that_are_old_are_not_used_again()
    {
        await using var endpoint = RawEndpoint.Answering(Ok);
        using var sender = Create(new DeliveryOptions { AllowLoopback = true, ConnectionLifetime = TimeSpan.FromMilliseconds(1) });
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await SendAsync(sender, Request(endpoint))).Status);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None); // longer than one may live
        }
        Assert.Equal(3, endpoint.Accepted);
    }

    [Fact]
    public async Task Who_cannot_be_reached_is_named_as_such()
    {
        using var sender = Create();
        using var strict = Create(new DeliveryOptions());
        var nobody = Request(new Uri($"http://127.0.0.1:{Testing.Processes.FreePorts.Take(1)[0]}/"));
        Assert.Equal("ConnectionError", (await SendAsync(sender, nobody)).Fault);
        Assert.Equal("NameResolutionError", (await SendAsync(sender, Request(new Uri("http://no-such-host.invalid/")))).Fault);
        Assert.Equal("AddressRefused", (await SendAsync(strict, nobody)).Fault);
    }

    private static HandlerSender Create() => Create(new DeliveryOptions { AllowLoopback = true });

    private static HandlerSender Create(DeliveryOptions options)
    {
        var connector = new Connector(new SystemNames(), new(options), options.ConnectTimeout, TimeProvider.System, static _ => { }, new());
        return new(new(options, connector, new TlsFiles(options, NullLogger<TlsFiles>.Instance, TimeProvider.System)));
    }

    private static SendRequest Request(RawEndpoint endpoint, string body = "{}") => Request(endpoint.Address, body);

    private static SendRequest Request(Uri address, string body = "{}") => new()
    {
        Address = address,
        ContentType = "application/json",
        Fixed = new HeaderBlock([new("X-Team", "shop"), new("Keep-Alive", "true")]),
        MessageId = "m-1",
        Attempts = 3,
        Body = Encoding.UTF8.GetBytes(body),
    };

    private static async Task<Answer> SendAsync(HandlerSender sender, SendRequest request)
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        return await sender.SendAsync(request, limit.Token);
    }
}
