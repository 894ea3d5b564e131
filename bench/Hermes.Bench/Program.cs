using Hermes.Bench.Delivery;

// Benchmarks by name (./bench.sh NAME), and the roles that their child processes play.
return args switch
{
    ["delivery", .. var options] => await DeliveryBenchmark.RunAsync(options),
    ["delivery-sink", var port] => await Sink.RunAsync(port),
    ["delivery-raw", .. var arguments] => await RawLoop.RunAsync(arguments),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Benchmarks: delivery [--messages N] [--inflight N] [--rounds N] [--size BYTES] [--partitions N]");
    return 2;
}
