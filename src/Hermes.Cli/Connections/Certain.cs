using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Connections;

/// <summary>Makes sure of a creation whose answer was lost with the connection.</summary>
internal static class Certain
{
    /// <summary>Creates; where nobody knows whether that happened, looks, and creates again if it did not.</summary>
    /// <param name="create">The creation; the node was known to be absent before.</param>
    /// <param name="isThere">Whether it is there now.</param>
    public static async Task CreateAsync(Func<Task> create, Func<Task<bool>> isThere)
    {
        try
        {
            await create();
        }
        catch (Exception e) when (e is ConnectionLostException or SessionExpiredException)
        {
            if (await isThere())
                return;
            try
            {
                await create();
            }
            catch (RegistryException again) when (again.Fault is RegistryFault.AlreadyExists)
            {
                // The first one arrived late after all.
            }
        }
    }
}
