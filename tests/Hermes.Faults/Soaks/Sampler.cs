using Hermes.Faults.Fleets;

namespace Hermes.Faults.Soaks;

/// <summary>Samples memory, handles and threads of each worker.</summary>
internal sealed class Sampler(IReadOnlyCollection<FleetWorker> workers)
{
    private const double Mebibyte = 1024 * 1024;
    private readonly Dictionary<string, List<ProcessSample>> _samples = workers.ToDictionary(w => w.Name, _ => new List<ProcessSample>(), StringComparer.Ordinal);

    /// <summary>Samples until it is told to stop.</summary>
    public async Task RunAsync(TimeSpan every, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var worker in workers.Where(w => w.IsWanted && !w.HasDied))
                    _samples[worker.Name].Add(ProcessSample.Of(worker.ProcessId));
            }
        }
        catch (OperationCanceledException) { } // enough
    }

    /// <summary>Memory may have 10 % or 8 MiB more at the end, handles and threads 5 % or 5.</summary>
    public IReadOnlyList<Flatness> Judge() =>
    [
        .. _samples.SelectMany(w => new Flatness[]
        {
            new($"{w.Key} memory, MiB", [.. w.Value.Select(s => s.ResidentBytes / Mebibyte)], 0.10, 8),
            new($"{w.Key} handles", [.. w.Value.Select(s => (double)s.Handles)], 0.05, 5),
            new($"{w.Key} threads", [.. w.Value.Select(s => (double)s.Threads)], 0.05, 5),
        }),
    ];
}
