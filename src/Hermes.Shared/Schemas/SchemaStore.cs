using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Hermes.Shared.Hosting;
using Hermes.Shared.Naming;
using Microsoft.Extensions.Logging;

namespace Hermes.Shared.Schemas;

/// <summary>The schemas of a process. Who wants one never waits here: it is told where the search stands, one question is asked for all that
/// want it, and whoever still wants it asks again.</summary>
/// <remarks>A version of a subject and an id never change their meaning, so there is no list of versions to be kept up to date, as Hermes
/// keeps one: what is unknown is asked for again, with pauses, for as long as somebody wants it.</remarks>
public sealed partial class SchemaStore : IAsyncDisposable
{
    // A registry that hangs is asked no more than this at once.
    private const int QuestionsAtOnce = 16;
    private readonly ConcurrentDictionary<SchemaReference, SchemaLookup> _lookups = new();
    private readonly SchemaRegistryClient _registry;
    private readonly SchemaSettings _settings;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _room = new(QuestionsAtOnce);
    private readonly Lock _gate = new();
    private readonly Counter<long> _questions;
    private long _permitsSecond;
    private int _permitsTaken;

    /// <summary>Asks nothing yet.</summary>
    public SchemaStore(SchemaRegistryClient registry, SchemaSettings settings, IMeterFactory meters, ILogger<SchemaStore> logger, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(meters);
        (_registry, _settings, _logger, _clock) = (registry, settings, logger, clock);
        _questions = meters.Create("Hermes.Shared").CreateCounter<long>("hermes.schemas.questions", "{question}", "Questions to the schema registry, by their outcome.");
    }

    /// <summary>The subject of a topic's schemas.</summary>
    public string Subject(TopicName topic) => _registry.Subject(topic);

    /// <summary>Where the search for a schema stands; it goes on if it is due. Quick, from any thread.</summary>
    public SchemaLookup Find(SchemaReference reference)
    {
        var now = _clock.GetTimestamp();
        if (!_lookups.TryGetValue(reference, out var lookup))
        {
            MakeRoom(now);
            lookup = _lookups.GetOrAdd(reference, static r => new(r));
        }
        lookup.UsedAt = now;
        if (lookup.Schema is null && TakeTurn(lookup, now))
            _ = AskAsync(lookup); // never throws
        return lookup;
    }

    /// <summary>Ends what is asked.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _registry.Dispose();
    }

    private bool TakeTurn(SchemaLookup lookup, long now)
    {
        lock (_gate)
        {
            if (lookup.IsAsked || now < lookup.NotBefore || _closing.IsCancellationRequested)
                return false;
            var second = now / _clock.TimestampFrequency;
            if (second != _permitsSecond)
                (_permitsSecond, _permitsTaken) = (second, 0);
            if (_permitsTaken >= _settings.ChecksPerSecond)
                return false;
            _permitsTaken++;
            return lookup.IsAsked = true;
        }
    }

    private async Task AskAsync(SchemaLookup lookup)
    {
        try
        {
            await Task.Yield(); // who asks is an intake thread
            await _room.WaitAsync(_closing.Token);
            try
            {
                lookup.Found(await _registry.FindAsync(lookup.Reference, _closing.Token));
            }
            finally
            {
                _room.Release();
            }
            Count("found");
            Log.Found(_logger, lookup.Reference, lookup.Failures);
        }
        catch (SchemaUnknownException e)
        {
            Failed(lookup, e.Message, isAbsent: true);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The process ends.
        }
        catch (OperationCanceledException)
        {
            Failed(lookup, "The registry does not answer in time", isAbsent: false);
        }
        catch (Exception e) // whatever the network has in store, it is asked again
        {
            Failed(lookup, $"The registry cannot be asked: {e.Message}", isAbsent: false);
        }
        lock (_gate)
            lookup.IsAsked = false;
    }

    private void Failed(SchemaLookup lookup, string reason, bool isAbsent)
    {
        Count(isAbsent ? "absent" : "failed");
        var pause = RetryPause.After(++lookup.Failures, _settings.FirstRetryPause, _settings.LongestRetryPause);
        lock (_gate)
            lookup.NotBefore = _clock.GetTimestamp() + (long)(pause.TotalSeconds * _clock.TimestampFrequency);
        lookup.NotFound(reason, isAbsent);
        Log.NotFound(_logger, lookup.Reference, reason, pause);
    }

    /// <summary>At the bound, lets go of what was used longest ago.</summary>
    private void MakeRoom(long now)
    {
        if (_lookups.Count < _settings.MostKept)
            return;
        lock (_gate)
        {
            if (_lookups.Count < _settings.MostKept)
                return;
            var spare = _settings.MostKept / 8;
            foreach (var oldest in _lookups.Values.OrderBy(l => l.UsedAt).Take(spare).ToList())
                _lookups.TryRemove(oldest.Reference, out _);
            Log.Full(_logger, _settings.MostKept, spare);
        }
    }

    private void Count(string outcome) => _questions.Add(1, new KeyValuePair<string, object?>("hermes.outcome", outcome));

    private static partial class Log
    {
        [LoggerMessage(LogEvents.SchemaFound, LogLevel.Information, "Found {Schema}, after {Failures} questions without success")]
        public static partial void Found(ILogger logger, SchemaReference schema, int failures);

        [LoggerMessage(LogEvents.SchemaNotFound, LogLevel.Warning, "{Schema} is not known: {Reason}; asked again after {Pause}, if still wanted")]
        public static partial void NotFound(ILogger logger, SchemaReference schema, string reason, TimeSpan pause);

        [LoggerMessage(LogEvents.SchemasFull, LogLevel.Warning, "{Count} schemas are in use, which is the bound (Schemas:MostKept); the {Spare} used longest ago are let go")]
        public static partial void Full(ILogger logger, int count, int spare);
    }
}
