using System.Net.Sockets;
using System.Runtime.InteropServices;
using Hermes.KafkaEmulator;

const int Failed = 1, Misused = 2;

KafkaEmulatorOptions? options;
try
{
    options = CommandLine.Parse(args);
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}\n\n{CommandLine.Usage}");
    return Misused;
}

if (options is null)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.TrySetResult();
}

using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true));
try
{
    await using var server = KafkaEmulatorServer.Start(options, loggers, TimeProvider.System);
    Console.WriteLine($"Kafka emulator on {server.BootstrapServers}, {(options.DataFolder is null ? "all in memory" : $"data in {options.DataFolder}")}.");
    Console.WriteLine("For development and tests only, NOT FOR PRODUCTION: one process, no replicas, no transactions, no security.");
    await stop.Task;
    await server.StopAsync();
    return 0;
}
catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"The emulator cannot start on {options.Listen}: {e.Message}");
    return Failed;
}
