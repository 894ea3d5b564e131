using FsCheck.Xunit;
using Hermes.Shared.Fleet;

namespace Hermes.Shared.Tests.Fleet;

/// <summary>Binary nodes as newer writers, strangers and accidents may leave them.</summary>
public sealed class StrangeNodes
{
    [Property(MaxTest = 200)]
    public void What_is_written_is_read_as_it_was((long Id, double Value)[] generated, double cpu, long moment)
    {
        var values = generated.DistinctBy(g => g.Id).ToDictionary(g => g.Id, g => g.Value);
        Assert.Equal(values.Keys.Order(), AssignedWork.Read(AssignedWork.Write(values.Keys)).Order());
        Assert.Equal(values, MaxRates.Read(MaxRates.Write(values)).ToDictionary());
        var load = ConsumerLoad.Read(new ConsumerLoad(cpu, values).Write());
        Assert.Equal(cpu, load.CpuUtilization);
        Assert.Equal(values, load.OperationsPerSecond.ToDictionary());
        var profiles = values.ToDictionary(v => v.Key, v => new SubscriptionProfile(v.Value, moment));
        var read = SubscriptionProfiles.Read(new SubscriptionProfiles(moment, profiles).Write());
        Assert.Equal(moment, read.UpdatedMs);
        Assert.Equal(profiles, read.Profiles.ToDictionary());
    }

    [Property(MaxTest = 200)]
    public void Histories_of_any_length_are_read_as_they_were((long Id, double[] Rates)[] generated)
    {
        var written = generated.DistinctBy(g => g.Id).ToDictionary(g => g.Id, g => (IReadOnlyList<double>)g.Rates);
        var read = RateHistories.Read(RateHistories.Write(written));
        Assert.Equal(written.Keys.Order(), read.Keys.Order());
        Assert.All(written, w => Assert.Equal(w.Value, read[w.Key]));
    }

    [Property(MaxTest = 500)]
    public void Any_bytes_are_read_or_refused_by_name(byte[] bytes)
    {
        byte[][] headers = [[0, 0, 1, 0, 2, 0, 0, 0], [8, 0, 2, 0, 2, 0, 0, 0], [8, 0, 3, 0, 2, 0, 0, 0], [0, 0, 1, 0, 1, 0, 0, 0], [0, 0, 2, 0, 1, 0, 0, 0], []];
        foreach (var header in headers)
        {
            byte[] data = [.. header, .. bytes];
            ReadOrRefuse(() => AssignedWork.Read(data));
            ReadOrRefuse(() => ConsumerLoad.Read(data));
            ReadOrRefuse(() => SubscriptionProfiles.Read(data));
            ReadOrRefuse(() => MaxRates.Read(data));
            ReadOrRefuse(() => RateHistories.Read(data));
        }
    }

    [Fact]
    public void Every_cut_is_refused()
    {
        var whole = RateHistories.Write(new Dictionary<long, IReadOnlyList<double>> { [1] = [0.5, 0.25], [2] = [1] });
        for (var length = 0; length < whole.Length; length++)
            Assert.Contains("too early", Assert.Throws<InvalidDataException>(() => RateHistories.Read(whole.AsSpan(0, length))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_that_a_newer_writer_has_added_are_passed_over()
    {
        // A root block of 2 bytes, entries of 10 in place of 8, and something behind the end.
        byte[] data = [2, 0, 1, 0, 2, 0, 1, 0, 0xAA, 0xBB, 10, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xCC, 0xCC, 2, 0, 0, 0, 0, 0, 0, 0, 0xDD, 0xDD, 0xEE];
        Assert.Equal([1, 2], AssignedWork.Read(data).Order());
    }

    [Fact]
    public void Another_message_and_a_narrow_block_are_refused()
    {
        var refused = Assert.Throws<InvalidDataException>(() => AssignedWork.Read(MaxRates.Write(new Dictionary<long, double>())));
        Assert.Equal("The data of an assignment must be message 1 of schema 2, but is 1 of 1.", refused.Message);
        refused = Assert.Throws<InvalidDataException>(() => AssignedWork.Read([0, 0, 1, 0, 2, 0, 0, 0, 4, 0, 1, 0, 1, 0, 0, 0]));
        Assert.Equal("The data of an assignment has a block of 4 bytes where 8 are needed.", refused.Message);
    }

    [Fact]
    public void More_than_a_group_can_hold_is_refused()
    {
        Assert.Equal(65_534, AssignedWork.Read(AssignedWork.Write([.. Enumerable.Range(0, 65_534).Select(i => (long)i)])).Count);
        Assert.Throws<InvalidDataException>(() => AssignedWork.Write([.. Enumerable.Range(0, 65_535).Select(i => (long)i)]));
    }

    [Theory, InlineData("{}"), InlineData("{\"consumersNumber\":0}"), InlineData("null"), InlineData("4"), InlineData("")]
    public void A_constraint_that_is_none_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => WorkConstraint.Read(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_constraint_is_read() => Assert.Equal(3, WorkConstraint.Read("{\"consumersNumber\":3,\"reason\":\"text\"}"u8).ConsumersNumber);

    private static void ReadOrRefuse(Func<object> read)
    {
        try
        {
            read();
        }
        catch (InvalidDataException e)
        {
            Assert.StartsWith("The data of ", e.Message, StringComparison.Ordinal);
        }
    }
}
