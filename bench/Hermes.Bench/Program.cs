using Hermes.Bench;
using Hermes.Bench.ColdStart;
using Hermes.Bench.Delivery;
using Hermes.Bench.Idle;
using Hermes.Bench.Isolation;
using Hermes.Bench.Janitor;
using Hermes.Bench.Latency;
using Hermes.Bench.Retransmission;
using Hermes.Bench.Senders;
using Hermes.Bench.ZooKeeper;

// Benchmarks by name (./bench.sh NAME), and the roles that their child processes play.
return args switch
{
    ["coldstart", .. var options] => await Benchmark.RunAsync(BenchmarkSettings.Parse, options, ColdStartBenchmark.RunAsync),
    ["delivery", .. var options] => await Benchmark.RunAsync(BenchmarkSettings.Parse, options, DeliveryBenchmark.RunAsync),
    ["delivery-sink", var port, var delay] => await Sink.RunAsync(port, delay),
    ["delivery-raw", .. var arguments] => await RawLoop.RunAsync(arguments),
    ["idle", .. var options] => await Benchmark.RunAsync(BenchmarkSettings.Parse, options, IdleBenchmark.RunAsync),
    ["idle-raw", var servers, var topic, var count] => await IdleBenchmark.RawAsync(servers, topic, count),
    ["isolation", .. var options] => await Benchmark.RunAsync(IsolationBenchmark.Parse, options, IsolationBenchmark.RunAsync),
    ["latency", .. var options] => await Benchmark.RunAsync(BenchmarkSettings.Parse, options, LatencyBenchmark.RunAsync),
    ["janitor", .. var options] => await JanitorBenchmark.RunAsync(options),
    ["retransmission", .. var options] => await Benchmark.RunAsync(BenchmarkSettings.Parse, options, RetransmissionBenchmark.RunAsync),
    ["senders", .. var options] => await Benchmark.RunAsync(BenchmarkSettings.Parse, options, SenderBenchmark.RunAsync),
    ["sender-loop", .. var arguments] => await SenderLoop.RunAsync(arguments),
    ["zookeeper", .. var options] => await Benchmark.RunAsync(LoadSettings.Parse, options, ZooKeeperBenchmark.RunAsync),
    ["zookeeper-load", .. var arguments] => await ZooKeeperLoad.RunAsync(arguments),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Benchmarks: coldstart [--messages N] [--inflight N] [--rounds N] [--delay MS]");
    Console.Error.WriteLine("            delivery [--messages N] [--inflight N] [--rounds N] [--size BYTES] [--partitions N] [--subscriptions N] [--delay MS]");
    Console.Error.WriteLine("                     [--shape plain|filter|signing|batch|avro]");
    Console.Error.WriteLine("            idle --subscriptions N [--partitions N] [--seconds N]");
    Console.Error.WriteLine("            isolation [--subscriptions N] [--messages N] [--rounds N]");
    Console.Error.WriteLine("            janitor");
    Console.Error.WriteLine("            latency [--rate N] [--seconds N] [--inflight N] [--size BYTES]");
    Console.Error.WriteLine("            retransmission");
    Console.Error.WriteLine("            senders [--messages N] [--inflight N] [--rounds N] [--size BYTES]");
    Console.Error.WriteLine("            zookeeper [--inflight N] [--connections N] [--size BYTES] [--nodes N] [--rounds N] [--seconds N]");
    return 2;
}
