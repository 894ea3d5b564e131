using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>Hundreds of calls of every kind in flight while the connection is cut at random places: each answer is checked against its question.</summary>
public sealed class PipelinedLoad
{
    private const int Nodes = 60;
    private const int Lanes = 200;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_answer_reaches_another_question_and_no_acknowledged_write_is_lost()
    {
        ZooKeeperFixture.RequireInstallation();
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var server = await ZooKeeperServer.LaunchAsync();
        await using var proxy = FaultProxy.Start(server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        var root = await zk.CreateRootAsync();
        for (var node = 0; node < Nodes; node++)
        {
            await zk.CreateAsync($"{root}/{node}", Value(node), CreateMode.Persistent, Cancellation);
            for (var child = 0; child < node % 7; child++)
                await zk.CreateAsync($"{root}/{node}/{child}", default, CreateMode.Persistent, Cancellation);
        }

        var load = new Load(zk, root);
        var lanes = Enumerable.Range(0, Lanes).Select(lane => load.RunAsync(lane, new Random(seed + lane))).ToArray();
        var cuts = await CutAsync(proxy, new Random(seed), count: 40);
        load.Stop();
        await Task.WhenAll(lanes).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

        Assert.Equal(40, cuts);
        Assert.InRange(proxy.Accepted, 41, int.MaxValue);
        Assert.Equal(1, zk.Session.Generation);
        Assert.True(load.Answered > 2000, $"only {load.Answered} answers");
        await zk.SyncAsync(root, Cancellation);
        var present = (await zk.GetChildrenAsync(root, Cancellation)).Names.ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(load.Created, name => !present.Contains(name));
        foreach (var name in present.Where(name => name.StartsWith('l')))
            Assert.True(load.Created.Contains(name, StringComparer.Ordinal) || load.Unknown.Contains(name, StringComparer.Ordinal), $"nobody made {name}");
    }

    private static async Task<int> CutAsync(FaultProxy proxy, Random random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (countdown, fromServer, bytes) = (random.Next(1, 400), random.Next(2) == 0, random.Next(60));
            var cut = proxy.Arm(Fault.CutWhen(frame => frame.FromServer == fromServer && --countdown <= 0, bytes));
            await cut.Struck.WaitAsync(Until.Patience, TimeProvider.System);
        }

        return count;
    }

    // Each node's data names it, and has a length of its own, so that an answer shows whose it is.
    private static byte[] Value(int node) => Encoding.ASCII.GetBytes(node.ToString(CultureInfo.InvariantCulture).PadRight(10 + node, '.'));

    private sealed class Load(ZooKeeperClient zk, string root)
    {
        private volatile bool _stopped;
        private int _answered;

        public ConcurrentBag<string> Created { get; } = [];

        public ConcurrentBag<string> Unknown { get; } = [];

        public int Answered => Volatile.Read(ref _answered);

        public void Stop() => _stopped = true;

        public async Task RunAsync(int lane, Random random)
        {
            for (var turn = 0; !_stopped; turn++)
            {
                var (node, name) = (random.Next(Nodes), $"l{lane}-{turn}");
                try
                {
                    await AskAsync(random.Next(8), $"{root}/{node}", node, name);
                    Interlocked.Increment(ref _answered);
                }
                catch (ConnectionLostException)
                {
                    Unknown.Add(name);
                }
            }
        }

        private async Task AskAsync(int kind, string path, int node, string name)
        {
            switch (kind)
            {
                case 0 or 1:
                    var read = await zk.GetAsync(path, Cancellation);
                    Assert.Equal(Value(node), read.Data.ToArray());
                    Assert.Equal(10 + node, read.Stat.DataLength);
                    break;
                case 2:
                    Assert.Equal(10 + node, (await zk.FindAsync(path, Cancellation))!.Value.DataLength);
                    break;
                case 3:
                    var children = await zk.GetChildrenAsync(path, Cancellation);
                    Assert.Equal((node % 7, node % 7), (children.Names.Count, children.Stat.ChildCount));
                    break;
                case 4:
                    Assert.Equal(10 + node, (await zk.SetAsync(path, Value(node), NodeVersion.Any, Cancellation)).DataLength);
                    break;
                case 5:
                    Assert.Equal($"{root}/{name}", (await zk.CreateAsync($"{root}/{name}", default, CreateMode.Persistent, Cancellation)).Path);
                    Created.Add(name);
                    break;
                case 6:
                    var multi = await zk.MultiAsync([Operation.Set(path, Value(node), NodeVersion.Any), Operation.Check(root, NodeVersion.Any)], Cancellation);
                    Assert.Equal(10 + node, multi.Results[0].Stat!.Value.DataLength);
                    Assert.Equal(multi.Zxid, multi.Results[0].Stat!.Value.ModifiedZxid);
                    break;
                default:
                    try
                    {
                        await zk.DeleteAsync(path, 1_000_000 + node, Cancellation);
                        Assert.Fail("A delete with a wrong version was answered as done.");
                    }
                    catch (ZooKeeperException refused)
                    {
                        Assert.Equal(ErrorCode.BadVersion, refused.Code);
                        Assert.Contains($"'{path}'", refused.Message, StringComparison.Ordinal);
                    }

                    break;
            }
        }
    }
}
