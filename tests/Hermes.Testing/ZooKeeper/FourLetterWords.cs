using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Hermes.Testing.ZooKeeper;

/// <summary>What a server tells about itself over its client port: its mode, connections, watches and sessions.</summary>
public sealed partial class FourLetterWords(int port)
{
    // A question in the first moments of a server can hang for ever: short patience, and a new socket for each.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks one question; <see langword="null"/> where nobody answers in time.</summary>
    public async Task<string?> TryAskAsync(string word)
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes(word), deadline.Token);
            using var answer = new MemoryStream();
            await using var stream = new NetworkStream(socket);
            await stream.CopyToAsync(answer, deadline.Token);
            return Encoding.UTF8.GetString(answer.ToArray());
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary><c>standalone</c>, <c>leader</c>, <c>follower</c>…; <see langword="null"/> while it serves nobody.</summary>
    public async Task<string?> ModeAsync() =>
        await TryAskAsync("srvr") is { } answer && ModeLine().Match(answer) is { Success: true } match ? match.Groups["mode"].Value : null;

    /// <summary>The ids of the sessions that hold a connection to this server.</summary>
    public async Task<IReadOnlyList<long>> ConnectedSessionsAsync() =>
        [.. SessionOfConnection().Matches(await AskAsync("cons")).Select(match => Hexadecimal(match.Groups["id"].Value))];

    /// <summary>The connections that clients hold, with the one of this question left out.</summary>
    public async Task<int> ConnectionsAsync() => ConnectionLine().Count(await AskAsync("cons")) - 1;

    /// <summary>How many watches (paths times sessions) this server holds; it leaves those on children out of its count.</summary>
    public async Task<int> WatchesAsync() =>
        int.Parse(TotalWatches().Match(await AskAsync("wchs")).Groups["count"].Value, CultureInfo.InvariantCulture);

    /// <summary>The ids of all live sessions, as the leader (or a single server) counts them.</summary>
    public async Task<IReadOnlySet<long>> LiveSessionsAsync()
    {
        var dump = await AskAsync("dump");
        var ephemerals = dump.IndexOf("ephemeral nodes dump", StringComparison.Ordinal);
        var sessions = ephemerals < 0 ? dump : dump[..ephemerals];
        return SessionOfDump().Matches(sessions).Select(match => Hexadecimal(match.Groups["id"].Value)).ToHashSet();
    }

    private async Task<string> AskAsync(string word) =>
        await TryAskAsync(word) ?? throw new TimeoutException($"The server on port {port} did not answer '{word}'.");

    private static long Hexadecimal(string digits) => long.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^Mode: (?<mode>\S+)", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ModeLine();

    [GeneratedRegex(@"^ ?/\S+\[", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ConnectionLine();

    [GeneratedRegex(@"sid=0x(?<id>[0-9a-f]+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SessionOfConnection();

    [GeneratedRegex(@"^Total watches:(?<count>\d+)", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TotalWatches();

    [GeneratedRegex(@"0x(?<id>[0-9a-f]+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SessionOfDump();
}
