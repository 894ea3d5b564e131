using System.Text;
using Hermes.KafkaEmulator.Logs;
using Hermes.Testing.Processes;

namespace Hermes.KafkaEmulator.Tests.Logs;

/// <summary>The journal rebuilds a state from what was recorded.</summary>
public sealed class JournalEntries : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _state = new(StringComparer.Ordinal);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_come_back_in_their_order()
    {
        Write(("a", "1"), ("b", "2"), ("a", "3"));
        Assert.Equal(("3", "2"), (Reopened()["a"], Reopened()["b"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(12)]
    public void A_torn_tail_is_cut_off_and_the_journal_goes_on(int torn)
    {
        Write(("a", "1"), ("b", "2"));
        using (var file = new FileStream(FilePath, FileMode.Append))
            file.Write(Enumerable.Repeat((byte)5, torn).ToArray());
        Write(("c", "3"));
        Assert.Equal(["a", "b", "c"], Reopened().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_journal_far_larger_than_its_state_is_written_anew_and_loses_nothing()
    {
        var value = new string('x', 100_000);
        for (var round = 0; round < 3; round++)
            Write([.. Enumerable.Range(0, 50).Select(i => ($"k{i % 5}", $"{round}-{i}-{value}"))]);
        Assert.True(new FileInfo(FilePath).Length < 8_000_000, "The journal was not written anew.");
        Assert.Equal(Enumerable.Range(45, 5).Select(i => $"2-{i}-"), Enumerable.Range(0, 5).Select(i => Reopened()[$"k{i}"][..5]));
    }

    private string FilePath => _folder.File("journal");

    private Dictionary<string, string> Reopened()
    {
        using var journal = Open();
        return _state;
    }

    private void Write(params (string Key, string Value)[] entries)
    {
        using var journal = Open();
        foreach (var (key, value) in entries)
        {
            journal.Append(Encoding.UTF8.GetBytes($"{key}={value}"));
            _state[key] = value;
        }
    }

    private Journal Open()
    {
        _state.Clear();
        return new Journal(
            FilePath,
            entry =>
            {
                var parts = Encoding.UTF8.GetString(entry).Split('=');
                _state[parts[0]] = parts[1];
            },
            () => [.. _state.Select(pair => Encoding.UTF8.GetBytes($"{pair.Key}={pair.Value}"))]);
    }
}
