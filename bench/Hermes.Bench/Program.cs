using Hermes.Bench.Delivery;
using Hermes.Bench.Janitor;
using Hermes.Bench.Retransmission;
using Hermes.Bench.Senders;
using Hermes.Bench.ZooKeeper;

// Benchmarks by name (./bench.sh NAME), and the roles that their child processes play.
return args switch
{
    ["delivery", .. var options] => await DeliveryBenchmark.RunAsync(options),
    ["delivery-sink", var port] => await Sink.RunAsync(port),
    ["delivery-raw", .. var arguments] => await RawLoop.RunAsync(arguments),
    ["janitor", .. var options] => await JanitorBenchmark.RunAsync(options),
    ["retransmission", .. var options] => await RetransmissionBenchmark.RunAsync(options),
    ["senders", .. var options] => await SenderBenchmark.RunAsync(options),
    ["sender-loop", .. var arguments] => await SenderLoop.RunAsync(arguments),
    ["zookeeper", .. var options] => await ZooKeeperBenchmark.RunAsync(options),
    ["zookeeper-load", .. var arguments] => await ZooKeeperLoad.RunAsync(arguments),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Benchmarks: delivery [--messages N] [--inflight N] [--rounds N] [--size BYTES] [--partitions N]");
    Console.Error.WriteLine("            janitor");
    Console.Error.WriteLine("            retransmission");
    Console.Error.WriteLine("            senders [--messages N] [--inflight N] [--rounds N] [--size BYTES]");
    Console.Error.WriteLine("            zookeeper [--inflight N] [--connections N] [--size BYTES] [--nodes N] [--rounds N] [--seconds N]");
    return 2;
}
