using System.Text;
using Hermes.Cli.Connections;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Doctor;

/// <summary>The ensemble: its version, its clock, the root.</summary>
internal sealed class ServerChecks(Installation hermes, Findings findings, TimeProvider clock)
{
    private static readonly TimeSpan Slight = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grave = TimeSpan.FromSeconds(10);

    /// <returns>Whether there is a registry to look at.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        findings.Ok("ZooKeeper", $"{hermes.ZooKeeperServers}: session 0x{hermes.ZooKeeper.Session.Id:x}, time-out {hermes.ZooKeeper.Session.Timeout.TotalSeconds:0.#} s");
        if (await hermes.ZooKeeper.FindAsync(hermes.Paths.Root, cancellationToken) is null)
        {
            findings.Wrong("root", $"There is no node {hermes.Paths.Root}.", "Check ZooKeeper:Root and the chroot in ZooKeeper:ConnectionString against Hermes's own configuration; a new installation begins with 'hermes group create'.");
            return false;
        }
        await VersionAsync(cancellationToken);
        await ClockAsync(cancellationToken);
        if (await hermes.ZooKeeper.FindAsync(hermes.Paths.Groups, cancellationToken) is { } groups)
        {
            findings.Ok("root", $"{hermes.Paths.Groups} has {groups.ChildCount} groups");
            return true;
        }
        findings.Wrong("root", $"{hermes.Paths.Root} is there, but {hermes.Paths.Groups} is not.", "Is ZooKeeper:Root the root that Hermes's management has? If it is, 'hermes group create' begins a registry.");
        return false;
    }

    private async Task VersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var watch = await hermes.ZooKeeper.WatchAsync(hermes.Paths.Root, WatchMode.Recursive, cancellationToken);
            findings.Ok("ZooKeeper's version", "3.6 or later: it has recursive watches");
        }
        catch (NotSupportedException)
        {
            findings.Wrong("ZooKeeper's version", "The server is older than 3.6: it has no recursive watches.", "Bring every server of the ensemble to 3.6 or later; no worker can follow the registry before.");
        }
    }

    /// <summary>The server's clock is read off the stamp of a node that goes with this session.</summary>
    private async Task ClockAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow();
        CreatedNode probe;
        try
        {
            probe = await hermes.ZooKeeper.CreateAsync($"{hermes.Paths.Root.TrimEnd('/')}/doctor-{Guid.NewGuid()}", Encoding.UTF8.GetBytes(CommandContext.User), CreateMode.Ephemeral, cancellationToken);
        }
        catch (ZooKeeperException e)
        {
            findings.Wrong("rights", $"No node can be created in {hermes.Paths.Root}: {e.Code}.", "Give the identity (ZooKeeper:User) the right to create: the workers keep their jobs, their leaders and their claims there.");
            return;
        }
        var after = clock.GetUtcNow();
        await hermes.ZooKeeper.DeleteAsync(probe.Path, NodeVersion.Any, cancellationToken);
        var server = probe.Stat.CreatedAt;
        var apart = server < before ? before - server : server > after ? server - after : TimeSpan.Zero;
        var text = $"this machine's clock is {apart.TotalSeconds:0.##} s {(server < before ? "ahead of" : "behind")} ZooKeeper's";
        const string Advice = "Let every machine follow one time (chrony, systemd-timesyncd): offsets by time, times to live and the janitor's patience are by these clocks.";
        if (apart > Grave)
            findings.Wrong("clocks", text, Advice);
        else if (apart > Slight)
            findings.Note("clocks", text, Advice);
        else
            findings.Ok("clocks", "this machine's clock and ZooKeeper's agree to within a second");
    }
}
