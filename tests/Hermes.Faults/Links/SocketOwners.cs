using System.Globalization;
using System.Threading.Channels;
using Hermes.Faults.Accounts;

namespace Hermes.Faults.Links;

/// <summary>Finds the process at the other end of a connection on loopback, by what the kernel tells of its sockets. A look at
/// all sockets of all processes costs milliseconds, so that one look serves all who ask meanwhile.</summary>
internal sealed class SocketOwners(Func<IEnumerable<int>> processes, Pulse pulse)
{
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    private readonly Channel<Question> _questions = Channel.CreateUnbounded<Question>(new() { SingleReader = true });

    private sealed record Question(int Port, int ConnectedTo, long Asked, TaskCompletionSource<int?> Answer);

    /// <summary>Which of the processes has the socket with this local port that is connected to that one.</summary>
    /// <returns>Its id; <see langword="null"/>: none of them.</returns>
    public Task<int?> FindAsync(int port, int connectedTo)
    {
        var question = new Question(port, connectedTo, TimeProvider.System.GetTimestamp(), new(TaskCreationOptions.RunContinuationsAsynchronously));
        return _questions.Writer.TryWrite(question) ? question.Answer.Task : Task.FromResult<int?>(null); // at the end nobody looks
    }

    /// <summary>Answers until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var asked = new List<Question>();
        try
        {
            while (await _questions.Reader.WaitToReadAsync(stop))
            {
                while (_questions.Reader.TryRead(out var question))
                    asked.Add(question);
                var inodes = Inodes();
                var owners = Owners();
                foreach (var question in asked)
                    question.Answer.TrySetResult(inodes.TryGetValue((question.Port, question.ConnectedTo), out var inode) && owners.TryGetValue(inode, out var owner) ? owner : null);
                pulse.Note(TimeProvider.System.GetElapsedTime(asked[0].Asked)); // its connection stood still for so long
                asked.Clear();
            }
        }
        catch (OperationCanceledException) { } // the end
        _questions.Writer.TryComplete();
        while (_questions.Reader.TryRead(out var question))
            question.Answer.TrySetResult(null);
    }

    private static Dictionary<(int Local, int Remote), string> Inodes()
    {
        var found = new Dictionary<(int, int), string>();
        foreach (var line in Tables.Where(File.Exists).SelectMany(File.ReadLines))
        {
            // sl local remote state queues timer retransmits uid timeout inode
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > 9 && columns[0] != "sl")
                found[(Port(columns[1]), Port(columns[2]))] = $"socket:[{columns[9]}]";
        }
        return found;
    }

    private static int Port(string address) => int.Parse(address.AsSpan(address.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private Dictionary<string, int> Owners()
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var process in processes())
        {
            try
            {
                foreach (var handle in Directory.EnumerateFileSystemEntries($"/proc/{process}/fd"))
                {
                    if (Target(handle) is { } target && target.StartsWith("socket:", StringComparison.Ordinal))
                        found[target] = process;
                }
            }
            catch (IOException) { } // it has just ended
        }
        return found;
    }

    private static string? Target(string handle)
    {
        try
        {
            return new FileInfo(handle).LinkTarget;
        }
        catch (IOException)
        {
            return null; // closed meanwhile
        }
    }
}
