using System.Text;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>What no real server says: garbage, wrong lengths and numbers, unknown codes. The client drops such a connection, tries the next, and
/// never matches an answer to the wrong call.</summary>
public sealed class StrangeServers
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> Garbage { get; } = new()
    {
        { "text", Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n") },
        { "a TLS alert", [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46] },
        { "a negative length", [0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3] },
        { "the greatest length", [0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3] },
        { "a length of zero", [0, 0, 0, 0] },
        { "a frame too short for a header", [0, 0, 0, 3, 1, 2, 3] },
        { "half a length", [0, 0] },
        { "half a frame", [0, 0, 0, 100, 1, 2, 3] },
        { "an event without a path", new WireWriter().Int(-1).Long(-1).Int(0).Int(1).Int(3).ToFrame() },
        { "an event with a path longer than its frame", new WireWriter().Int(-1).Long(-1).Int(0).Int(1).Int(3).Int(5000).Raw("/x"u8).ToFrame() },
        { "an answer to a request that nobody made", new WireWriter().Int(4711).Long(1).Int(0).ToFrame() },
    };

    [Theory, MemberData(nameof(Garbage))]
    public async Task Garbage_in_the_stream_costs_the_connection_and_nothing_else(string what, byte[] garbage)
    {
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            await connection.GrantAsync();
            if (connection.Number == 1)
                await connection.SendAsync(garbage);
            else
                await connection.ServeAsync();
        });
        await using var zk = Start(server);
        Assert.Equal("data", Encoding.UTF8.GetString((await GetAsync(zk)).Span));
        Assert.True(server.Connections == 2, what);
        Assert.Equal(2, zk.Session.Connection);
        Assert.Equal(1, zk.Session.Generation);
    }

    [Theory, MemberData(nameof(Garbage))]
    public async Task Garbage_in_place_of_the_handshake_is_no_session(string what, byte[] garbage)
    {
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            if (connection.Number == 1)
            {
                await connection.HearAsync();
                await connection.SendAsync(garbage);
                return;
            }

            await connection.GrantAsync();
            await connection.ServeAsync();
        });
        await using var zk = Start(server);
        Assert.Equal("data", Encoding.UTF8.GetString((await GetAsync(zk)).Span));
        Assert.True(zk.Session is { Connection: 1, Generation: 1 }, what);
    }

    [Fact]
    public async Task A_read_only_servers_bare_header_in_place_of_the_handshake_is_no_session()
    {
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            if (connection.Number == 1)
            {
                await connection.HearAsync();
                await connection.SendAsync(new WireWriter().Int(0).Long(0).Int(-119));
                return;
            }

            await connection.GrantAsync();
            await connection.ServeAsync();
        });
        await using var zk = Start(server);
        Assert.Equal("data", Encoding.UTF8.GetString((await GetAsync(zk)).Span));
    }

    [Fact]
    public async Task A_session_id_may_be_negative()
    {
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            Assert.Equal(connection.Number == 1 ? 0 : -5, await GrantAndTellAsync(connection, session: -5));
            if (connection.Number > 1)
                await connection.ServeAsync();
        });
        await using var zk = Start(server);
        await GetAsync(zk);
        Assert.Equal((-5L, 1), (zk.Session.Id, zk.Session.Generation));
    }

    [Fact]
    public async Task Replies_in_the_wrong_order_cost_the_connection_and_answer_nobody()
    {
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            await connection.GrantAsync();
            if (connection.Number > 1)
            {
                await connection.ServeAsync();
                return;
            }

            var first = (await connection.ReadAsync())!;
            var second = (await connection.ReadAsync())!;
            await connection.ReplyAsync(second, body: reply => reply.Buffer("second"u8).Stat());
            await connection.ReplyAsync(first, body: reply => reply.Buffer("first"u8).Stat());
        });
        await using var zk = Start(server);
        var reads = await Task.WhenAll(GetAsync(zk), GetAsync(zk));
        Assert.All(reads, read => Assert.Equal("data", Encoding.UTF8.GetString(read.Span)));
        Assert.Equal(2, zk.Session.Connection);
    }

    [Theory, InlineData(-6), InlineData(-124)]
    public async Task A_refusal_that_overtakes_reaches_its_own_call(int error)
    {
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            await connection.GrantAsync();
            var first = (await connection.ReadAsync())!;
            var second = (await connection.ReadAsync())!;
            await connection.ReplyAsync(second, error, zxid: -1);
            await connection.ReplyAsync(first, body: reply => reply.Buffer("data"u8).Stat());
            await connection.ServeAsync();
        });
        await using var zk = Start(server);
        var (first, second) = (GetAsync(zk), zk.CreateAsync("/x", default, CreateMode.Persistent, Cancellation).AsTask());
        Assert.Equal((ErrorCode)error, (await Assert.ThrowsAsync<ZooKeeperException>(() => second.WaitAsync(Until.Patience, TimeProvider.System))).Code);
        Assert.Equal("data", Encoding.UTF8.GetString((await first).Span));
    }

    [Theory, InlineData(-999), InlineData(42), InlineData(int.MinValue), InlineData(-118), InlineData(-127)]
    public async Task An_error_code_known_or_not_is_the_calls_own_failure(int error)
    {
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            await connection.GrantAsync();
            await connection.ReplyAsync((await connection.ReadAsync())!, error, reply => reply.Raw(new byte[50]));
            await connection.ServeAsync();
        });
        await using var zk = Start(server);
        Assert.Equal((ErrorCode)error, (await Assert.ThrowsAsync<ZooKeeperException>(() => GetAsync(zk))).Code);
        await GetAsync(zk);
        Assert.Equal(1, zk.Session.Connection);
    }

    [Fact]
    public async Task Bytes_behind_a_replys_last_field_are_left_alone()
    {
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            await connection.GrantAsync();
            await connection.ReplyAsync((await connection.ReadAsync())!, body: reply => reply.Buffer("data"u8).Stat().Long(7).String("newer"));
            await connection.ServeAsync();
        });
        await using var zk = Start(server);
        Assert.Equal("data", Encoding.UTF8.GetString((await GetAsync(zk)).Span));
        await GetAsync(zk);
        Assert.Equal(1, zk.Session.Connection);
    }

    [Fact]
    public async Task A_reply_cut_short_fails_its_call_and_the_connection()
    {
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            await connection.GrantAsync();
            if (connection.Number == 1)
                await connection.ReplyAsync((await connection.ReadAsync())!, body: reply => reply.Buffer("data"u8).Int(1));
            await connection.ServeAsync();
        });
        await using var zk = Start(server);
        await Assert.ThrowsAnyAsync<IOException>(() => GetAsync(zk));
        await GetAsync(zk);
        Assert.Equal(2, zk.Session.Connection);
    }

    [Fact]
    public async Task A_reply_larger_than_allowed_fails_the_call_that_asked_for_it_and_no_other()
    {
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            await connection.GrantAsync();
            while (await connection.ReadAsync() is { } request)
            {
                var size = request.Op is OpCodes.GetData && request.Body.String() is "/large" ? 5000 : 10;
                await connection.ReplyAsync(request, body: reply => reply.Buffer(new byte[size]).Stat());
            }
        });
        await using var zk = ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString, MaxReplyBytes = 1000 });
        var before = zk.GetAsync("/small", Cancellation).AsTask();
        var large = zk.GetAsync("/large", Cancellation).AsTask();
        var after = zk.GetAsync("/small", Cancellation).AsTask();
        Assert.Equal(10, (await before).Data.Length);
        var refused = await Assert.ThrowsAnyAsync<IOException>(() => large.WaitAsync(Until.Patience, TimeProvider.System));
        Assert.Contains("/large", refused.Message, StringComparison.Ordinal);
        Assert.Equal(10, (await after.WaitAsync(Until.Patience, TimeProvider.System)).Data.Length);
    }

    [Fact]
    public async Task Events_of_unknown_kinds_and_paths_disturb_nobody()
    {
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            await connection.GrantAsync();
            foreach (var type in new[] { 0, 5, 99, -7 })
                await connection.SendAsync(new WireWriter().Int(-1).Long(-1).Int(0).Int(type).Int(3).String("/nobody/watches/this"));
            await connection.SendAsync(new WireWriter().Int(-1).Long(-1).Int(0).Int(1).Int(3).String(""));
            await connection.SendAsync(new WireWriter().Int(-1).Long(-1).Int(0).Int(2).Int(3).String("//"));
            await connection.ServeAsync();
        });
        await using var zk = Start(server);
        await GetAsync(zk);
        Assert.Equal(1, zk.Session.Connection);
    }

    [Fact]
    public async Task Random_replies_never_end_the_client()
    {
        var random = new Random(20261124);
        var rounds = 0;
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            await connection.GrantAsync();
            while (await connection.ReadAsync() is { } request)
            {
                var noise = new byte[random.Next(120)];
                random.NextBytes(noise);
                // Some noise with small numbers, so that it gets past the first length.
                for (var i = 0; i < noise.Length; i++)
                    noise[i] = random.Next(4) == 0 ? noise[i] : (byte)random.Next(3);
                await connection.ReplyAsync(request, rounds > 300 ? -101 : 0, reply => reply.Raw(noise));
            }
        });
        await using var zk = Start(server);
        Func<Task>[] calls =
        [
            () => zk.GetAsync("/a", Cancellation).AsTask(), () => zk.FindAsync("/a", Cancellation).AsTask(), () => zk.GetChildrenAsync("/a", Cancellation).AsTask(),
            () => zk.GetAclAsync("/a", Cancellation).AsTask(), () => zk.SetAsync("/a", default, 1, Cancellation).AsTask(),
            () => zk.CreateAsync("/a", default, CreateMode.Persistent, Cancellation).AsTask(), () => zk.SyncAsync("/a", Cancellation).AsTask(),
            () => zk.MultiAsync([Operation.Set("/a", default, 1), Operation.Create("/b", default, CreateMode.Persistent)], Cancellation).AsTask(),
        ];
        for (; rounds < 320; rounds++)
        {
            try
            {
                await calls[rounds % calls.Length]().WaitAsync(Until.Patience, TimeProvider.System);
            }
            catch (Exception e) when (e is IOException or ZooKeeperException) { } // noise was noticed
        }

        Assert.Equal(SessionState.Connected, (await zk.WhenConnectedAsync(Cancellation)).State);
    }

    private static ZooKeeperClient Start(ScriptedZooKeeper server) => ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString });

    private static async Task<ReadOnlyMemory<byte>> GetAsync(ZooKeeperClient zk) =>
        (await zk.GetAsync("/x", Cancellation).AsTask().WaitAsync(Until.Patience, TimeProvider.System)).Data;

    private static async Task<long> GrantAndTellAsync(ScriptedConnection connection, long session)
    {
        await connection.GrantAsync(session);
        return connection.RequestedSession;
    }
}
