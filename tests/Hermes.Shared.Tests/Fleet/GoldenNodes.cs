using Hermes.Shared.Fleet;

namespace Hermes.Shared.Tests.Fleet;

/// <summary>The binary nodes of a fleet: byte for byte as Hermes writes them.</summary>
public sealed class GoldenNodes
{
    private const long A = 0x100000042;
    private const long B = 0x200000007;

    [Fact]
    public void Assignments()
    {
        const string two = "00 00 01 00 02 00 00 00 08 00 02 00 42 00 00 00 01 00 00 00 07 00 00 00 02 00 00 00";
        Assert.Equal(Bytes(two), AssignedWork.Write([B, A]));
        Assert.Equal([A, B], AssignedWork.Read(Bytes(two)).Order());
        Assert.Equal(Bytes("00 00 01 00 02 00 00 00 08 00 00 00"), AssignedWork.Write([]));
        Assert.Empty(AssignedWork.Read(Bytes("00 00 01 00 02 00 00 00 08 00 00 00")));
    }

    [Fact]
    public void A_consumers_load()
    {
        var bytes = Bytes("08 00 02 00 02 00 00 00 00 00 00 00 00 00 e0 3f 10 00 01 00 42 00 00 00 01 00 00 00 00 00 00 00 00 00 29 40");
        Assert.Equal(bytes, new ConsumerLoad(0.5, new Dictionary<long, double> { [A] = 12.5 }).Write());
        var read = ConsumerLoad.Read(bytes);
        Assert.Equal(0.5, read.CpuUtilization);
        Assert.Equal([KeyValuePair.Create(A, 12.5)], read.OperationsPerSecond);
    }

    [Fact]
    public void Profiles()
    {
        var bytes = Bytes("08 00 03 00 02 00 00 00 a8 f1 d0 4f 94 01 00 00 18 00 01 00 42 00 00 00 01 00 00 00 00 00 00 00 00 00 29 40 ff ff ff ff ff ff ff ff");
        Assert.Equal(bytes, new SubscriptionProfiles(1736505881000, new Dictionary<long, SubscriptionProfile> { [A] = new(12.5, SubscriptionProfile.Never) }).Write());
        var read = SubscriptionProfiles.Read(bytes);
        Assert.Equal(1736505881000, read.UpdatedMs);
        Assert.Equal([KeyValuePair.Create(A, new SubscriptionProfile(12.5, -1))], read.Profiles);
    }

    [Fact]
    public void Maximum_rates()
    {
        var bytes = Bytes("00 00 01 00 01 00 00 00 10 00 01 00 42 00 00 00 01 00 00 00 00 00 00 00 00 00 69 40");
        Assert.Equal(bytes, MaxRates.Write(new Dictionary<long, double> { [A] = 200 }));
        Assert.Equal([KeyValuePair.Create(A, 200.0)], MaxRates.Read(bytes));
    }

    [Fact]
    public void Histories_of_rates()
    {
        var bytes = Bytes("00 00 02 00 01 00 00 00 08 00 01 00 42 00 00 00 01 00 00 00 08 00 01 00 00 00 00 00 00 00 e8 3f");
        Assert.Equal(bytes, RateHistories.Write(new Dictionary<long, IReadOnlyList<double>> { [A] = [0.75] }));
        var read = Assert.Single(RateHistories.Read(bytes));
        Assert.Equal(A, read.Key);
        Assert.Equal([0.75], read.Value);
    }

    // As a fleet of Hermes's own consumers had them.
    [Fact]
    public void What_a_running_fleet_wrote_is_read_and_written_again_the_same()
    {
        var assigned = Recorded("AAABAAIAAAAIAAIA8QAAAAAAAADvAAAAAAAAAA==");
        Assert.Equal([0xef, 0xf1], AssignedWork.Read(assigned).Order());

        var nine = AssignedWork.Read(Recorded(
            "AAABAAIAAAAIAAkAggEAAAAAAAAyAQAAAAAAAIMBAAAAAAAAhAEAAAAAAACFAQAAAAAAAIYBAAAAAAAAhwEAAAAAAACIAQAAAAAAAGwAAAAAAAAA"));
        Assert.Equal(9, nine.Count);
        Assert.Equal(nine, AssignedWork.Read(AssignedWork.Write(nine)));

        var rates = MaxRates.Read(Recorded(
            "AAABAAEAAAAQAAcAggEAAAAAAAAAAAAAAABZQIMBAAAAAAAAAAAAAAAAWUCEAQAAAAAAAAAAAAAAAFlAhQEAAAAAAAAAAAAAAABZQIcBAAAAAAAAAAAAAAAAWUCIAQAAAAAAAAAAAAAAAFlAbAAAAAAAAAAAAAAAAGr4QA=="));
        Assert.Equal(100, rates[0x182]);
        Assert.Equal(100_000, rates[0x6c]);

        var recorded = Recorded(
            "AAACAAEAAAAIAAcAggEAAAAAAAAIAAEA3RBEd6rdcD+DAQAAAAAAAAgAAQDdEER3qt1wP4QBAAAAAAAACAABAN0QRHeq3XA/hQEAAAAAAAAIAAEA3RBEd6rdcD+HAQAAAAAAAAgAAQDdEER3qt1wP4gBAAAAAAAACAABAN0QRHeq3XA/bAAAAAAAAAAIAAEAIAt/NEpF0T4=");
        var histories = RateHistories.Read(recorded);
        Assert.Equal(7, histories.Count);
        Assert.All(histories.Values, h => Assert.InRange(Assert.Single(h), 0, 0.01));
        Assert.Equal(recorded.Length, RateHistories.Write(histories).Length);
    }

    private static byte[] Recorded(string base64) => Convert.FromBase64String(base64);

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
