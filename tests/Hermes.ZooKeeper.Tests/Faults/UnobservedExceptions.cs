using System.Collections.Concurrent;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>Fails the run when a task of any of its tests failed and nobody looked.</summary>
public sealed class UnobservedExceptions : IAsyncLifetime
{
    private readonly ConcurrentQueue<Exception> _unobserved = new();

    public ValueTask InitializeAsync()
    {
        TaskScheduler.UnobservedTaskException += Keep;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        // A task tells of its unseen exception when it is finalized.
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        TaskScheduler.UnobservedTaskException -= Keep;
        return _unobserved.IsEmpty
            ? ValueTask.CompletedTask
            : throw new AggregateException("Tasks failed and nobody looked.", _unobserved);
    }

    private void Keep(object? sender, UnobservedTaskExceptionEventArgs e) => _unobserved.Enqueue(e.Exception);
}
