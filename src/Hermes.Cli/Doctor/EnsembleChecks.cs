using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Hermes.Cli.Connections;

namespace Hermes.Cli.Doctor;

/// <summary>Each server of the ensemble by itself, by its own word (<c>srvr</c>, which every ZooKeeper answers unless it is told not to).
/// A session is with one of them, and would not show that another is away or older.</summary>
internal sealed partial class EnsembleChecks(Installation hermes, Findings findings)
{
    private const string Check = "ZooKeeper's servers";
    private const int DefaultPort = 2181;
    private const int LongestAnswer = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (hermes.IsZooKeeperEncrypted)
        {
            findings.Ok(Check, "not asked one by one: their ports for TLS answer sessions alone");
            return;
        }
        var servers = hermes.ZooKeeperServers.Split('/')[0].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var answers = await Task.WhenAll(servers.Select(async s => (Server: s, Answer: await AskAsync(s, cancellationToken))));
        var versions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (server, answer) in answers)
        {
            if (answer is null)
                findings.Wrong(Check, $"{server} does not answer within {Patience.TotalSeconds:0} s.", "Start it, or take it out of ZooKeeper:ConnectionString: with too few of them, the loss of one more stops the ensemble.");
            else if (VersionLine().Match(answer) is not { Success: true } version)
                findings.Note(Check, $"{server} does not tell its version: {FirstLine(answer)}", "Its setting 4lw.commands.whitelist lacks srvr. Nothing else depends on it.");
            else
            {
                versions.Add(version.Groups["version"].Value);
                Judge(server, version.Groups["version"].Value, ModeLine().Match(answer).Groups["mode"].Value);
            }
        }
        if (versions.Count > 1)
            findings.Note(Check, $"They are of different versions: {string.Join(", ", versions.Order(StringComparer.Ordinal))}.", "Finish the upgrade of the ensemble.");
    }

    private void Judge(string server, string version, string mode)
    {
        if (Version.TryParse(version, out var number) && number < new Version(3, 6))
            findings.Wrong(Check, $"{server} is ZooKeeper {version}, {mode}.", "Bring every server of the ensemble to 3.6 or later; a worker whose session comes to this one cannot follow the registry.");
        else
            findings.Ok(Check, $"{server}: ZooKeeper {version}, {mode}");
    }

    private static async Task<string?> AskAsync(string server, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate($"zookeeper://{server}", UriKind.Absolute, out var address))
            return null;
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var tcp = new TcpClient();
        try
        {
            await tcp.ConnectAsync(address.IdnHost, address.Port < 0 ? DefaultPort : address.Port, either.Token);
            await tcp.GetStream().WriteAsync("srvr"u8.ToArray(), either.Token);
            var answer = new byte[LongestAnswer];
            var length = await tcp.GetStream().ReadAtLeastAsync(answer, LongestAnswer, throwOnEndOfStream: false, either.Token);
            return length == 0 ? null : Encoding.UTF8.GetString(answer, 0, length);
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();

    [GeneratedRegex("^Zookeeper version: (?<version>[0-9]+(\\.[0-9]+)+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionLine();

    [GeneratedRegex("^Mode: (?<mode>\\S+)", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ModeLine();
}
