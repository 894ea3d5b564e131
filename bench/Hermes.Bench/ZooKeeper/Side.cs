using System.Globalization;
using Hermes.Bench.Delivery;
using Hermes.Testing.Processes;

namespace Hermes.Bench.ZooKeeper;

/// <summary>A client in a process of its own, which runs a round when told to.</summary>
internal sealed class Side(string name, ChildProcess process) : IAsyncDisposable
{
    private int _rounds;

    public string Name => name;

    public Rounds Get { get; } = new();

    public Rounds Set { get; } = new();

    public Task WhenReadyAsync() => process.WhenOutputAsync("ready", TimeSpan.FromSeconds(60));

    /// <summary>Runs a round without keeping its figures: compilers on both sides learn from it.</summary>
    public Task WarmUpAsync(string operation, TimeSpan time) => RunAsync(operation, time);

    /// <summary>Runs a round and keeps its figures.</summary>
    public async Task MeasureAsync(string operation, TimeSpan time)
    {
        var (perSecond, cpu) = await RunAsync(operation, time);
        (operation is "set" ? Set : Get).Add(perSecond, cpu);
        Console.WriteLine($"{name,-5} {operation} {perSecond,9:0}/s {cpu,6:0.0} us of CPU each");
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private async Task<(double PerSecond, double CpuMicroseconds)> RunAsync(string operation, TimeSpan time)
    {
        var head = $"round {++_rounds} ";
        var before = ProcessFigures.ProcessorTime(process.Id);
        await process.WriteAsync($"{_rounds} {operation} {time.TotalMilliseconds:0}\n", thenEnd: false);
        await process.WhenOutputAsync(head, time + TimeSpan.FromSeconds(30));
        var cpu = ProcessFigures.ProcessorTime(process.Id) - before;
        var line = process.Output.Split('\n').Single(line => line.StartsWith(head, StringComparison.Ordinal)).Split(' ');
        var answers = long.Parse(line[2], CultureInfo.InvariantCulture);
        var seconds = double.Parse(line[3], CultureInfo.InvariantCulture) / 1e9;
        return (answers / seconds, cpu.TotalMicroseconds / answers);
    }
}
