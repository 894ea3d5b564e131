using System.Collections.Concurrent;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Shared.Registry;

/// <summary>The OAuth providers of the registry in memory, kept by one recursive watch.</summary>
/// <remarks>A node that cannot be read is named in a log and otherwise ignored (invariant I7): a provider that was readable before stays as it was.</remarks>
public sealed partial class OAuthProviderView : IOAuthProviders, IAsyncDisposable
{
    private readonly TreeView _tree;
    private readonly string _folder;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, OAuthProviderDocument> _providers = new(StringComparer.Ordinal);
    private readonly Task _following;

    private OAuthProviderView(IZooKeeper zooKeeper, HermesPaths paths, ILogger logger, TimeProvider clock)
    {
        (_folder, _logger) = (paths.OAuthProviders, logger);
        _tree = TreeView.Start(zooKeeper, _folder, new(), logger, clock);
        _following = Task.Run(FollowAsync);
    }

    /// <summary>Starts to watch and to read.</summary>
    public static OAuthProviderView Start(IZooKeeper zooKeeper, HermesPaths paths, ILogger<OAuthProviderView> logger, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return new(zooKeeper, paths, logger, clock);
    }

    /// <inheritdoc/>
    public OAuthProviderDocument? Find(string name) => _providers.GetValueOrDefault(name);

    /// <summary>Waits until all were read, once.</summary>
    public Task WhenCurrentAsync(CancellationToken cancellationToken) => _tree.WhenCurrentAsync(cancellationToken);

    /// <summary>Ends the watch.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tree.DisposeAsync();
        await _following;
    }

    private async Task FollowAsync()
    {
        await foreach (var change in _tree.Subscribe().ReadAllAsync())
        {
            if (change.Kind is TreeChangeKind.Current || change.Path.Length <= _folder.Length + 1)
                continue;
            var name = change.Path[(_folder.Length + 1)..];
            if (change.Kind is TreeChangeKind.Removed)
            {
                _providers.TryRemove(name, out _);
                continue;
            }
            try
            {
                _providers[name] = DocumentReader.OAuthProvider(name, change.Node!.Data.Span);
            }
            catch (RegistryException e)
            {
                Log.Unreadable(_logger, change.Path, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.ProviderUnreadable, LogLevel.Warning, "{Path} is ignored: {Reason}")]
        public static partial void Unreadable(ILogger logger, string path, string reason);
    }
}
