using Hermes.ZooKeeper.Calls;
using Hermes.ZooKeeper.Protocol;
using Hermes.ZooKeeper.Watching;

namespace Hermes.ZooKeeper.Tests.Protocol;

/// <summary>Each message as bytes, written down from the protocol's description.</summary>
public sealed class GoldenBytes
{
    private const string OpenAcl = "00000001" + "0000001F" + "00000005776F726C64" + "00000006616E796F6E65";
    private static readonly WireContext Plain = new("", AclEntry.OpenToAll, new WatchTable());
    private static readonly WireContext Chrooted = new("/c", AclEntry.OpenToAll, new WatchTable());

    [Fact]
    public void Requests_are_written_in_wire_order()
    {
        const string A = "000000022F61"; // "/a"
        Check($"{A}0000000178{OpenAcl}00000001", new CreateRequest("/a", "x"u8.ToArray(), CreateMode.Ephemeral));
        Check($"{A}00000000{OpenAcl}0000000500000000000003E8", new CreateRequest("/a", default, new(CreateMode.PersistentWithTtl, Ttl: TimeSpan.FromSeconds(1))));
        Check($"{A}FFFFFFFF", new DeleteRequest("/a", NodeVersion.Any));
        Check($"{A}00", new ExistsRequest("/a"));
        Check<GetDataRequest, NodeData>($"{A}00", new("/a"));
        Check($"{A}000000017800000007", new SetDataRequest("/a", "x"u8.ToArray(), 7));
        Check<GetChildrenRequest, NodeChildren>($"{A}00", new("/a"));
        Check(A, new GetAclRequest("/a"));
        Check($"{A}{OpenAcl}00000003", new SetAclRequest("/a", AclEntry.OpenToAll, 3));
        Check(A, new SyncRequest("/a"));
        Check("000000000000000664696765737400000001" + "62", new AuthRequest("digest", "b"u8.ToArray()));
        Check("", default(CloseRequest));
        Check<WatchedReadRequest<NodeStat?>, Watched<NodeStat?>>($"{A}01", new WatchedExistsRequest("/a"));
        Check($"{A}00000001", new AddWatchRequest(new("/a", WatchMode.Recursive, _ => { })));
    }

    [Fact]
    public void A_multi_has_a_head_before_each_operation_and_one_at_the_end()
    {
        var request = new MultiRequest(
            [Operation.Check("/a", 2), Operation.Delete("/a", 2), Operation.Set("/a", default, -1), Operation.Create("/a", default, CreateMode.Container)]);
        Check("0000000D00FFFFFFFF" + "000000022F6100000002"
            + "0000000200FFFFFFFF" + "000000022F6100000002"
            + "0000000500FFFFFFFF" + "000000022F6100000000FFFFFFFF"
            + "0000001300FFFFFFFF" + "000000022F6100000000" + OpenAcl + "00000004"
            + "FFFFFFFF01FFFFFFFF", request);
    }

    [Fact]
    public void A_chroot_is_put_before_paths_and_taken_from_replies()
    {
        Check("000000042F632F61", new SyncRequest("/a"), Chrooted);
        Check("000000022F63", new SyncRequest("/"), Chrooted);
        Assert.Equal("/a", Chrooted.ToLocal("/c/a"));
        Assert.Equal("/", Chrooted.ToLocal("/c"));
        Assert.Equal("/cc/a", Chrooted.ToLocal("/cc/a")); // outside
        Assert.Equal("/c/a", Plain.ToLocal("/c/a"));
    }

    [Fact]
    public void The_handshake_is_written_with_its_tail_byte_and_read_without()
    {
        var writer = new JuteWriter();
        new ConnectRequest(5, TimeSpan.FromSeconds(10), -2, new byte[16]).WriteTo(writer);
        Assert.Equal("00000000" + "0000000000000005" + "00002710" + "FFFFFFFFFFFFFFFE" + "00000010" + new string('0', 32) + "00", Convert.ToHexString(writer.Written));
        var answer = Convert.FromHexString("00000000" + "00000FA0" + "FFFFFFFFFFFFFFFE" + "00000010" + new string('0', 32));
        var response = ConnectResponse.Read(answer);
        Assert.Equal((TimeSpan.FromSeconds(4), -2L, false, false), (response.Timeout, response.SessionId, response.ReadOnly, response.IsExpired));
        Assert.True(ConnectResponse.Read([.. answer, 1]).ReadOnly);
        Assert.Throws<MalformedFrameException>(() => ConnectResponse.Read(answer.AsSpan(0, 16)));
    }

    [Fact]
    public void Replies_are_read_and_bytes_left_over_are_no_error()
    {
        var stat = string.Concat(Enumerable.Range(1, 4).Select(i => $"{i:X16}")) + "000000050000000600000007" + $"{8:X16}" + "000000090000000A" + $"{11:X16}";
        var reader = new JuteReader(Convert.FromHexString("0000000178" + stat + "FF"));
        var node = new GetDataRequest("/a").Read(ref reader, default, Plain);
        Assert.Equal(new NodeStat(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), node.Stat);
        Assert.Equal("x"u8.ToArray(), node.Data.ToArray());
        Assert.False(reader.AtEnd);
    }

    [Theory, InlineData("7FFFFFFF"), InlineData("00000002")]
    public void A_count_that_the_bytes_cannot_hold_is_refused_before_anything_is_allocated(string hex) =>
        Assert.Throws<MalformedFrameException>(() => new JuteReader(Convert.FromHexString(hex + "0000")).Strings());

    [Fact]
    public void Numbers_of_requests_wrap_without_touching_the_reserved_ones() => Assert.Equal(1, Xid.After(int.MaxValue));

    private static void Check<TReply>(string expected, IRequest<TReply> request, WireContext? wire = null) =>
        Check<IRequest<TReply>, TReply>(expected, request, wire);

    private static void Check<TRequest, TReply>(string expected, TRequest request, WireContext? wire = null)
        where TRequest : IRequest<TReply>
    {
        var writer = new JuteWriter(capacity: 1);
        Assert.True(request.WriteTo(writer, wire ?? Plain));
        Assert.Equal(expected, Convert.ToHexString(writer.Written));
    }
}
