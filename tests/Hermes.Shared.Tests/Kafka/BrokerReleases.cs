using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Hermes.Shared.Kafka;

namespace Hermes.Shared.Tests.Kafka;

/// <summary>How new a broker is, by what it says that it speaks.</summary>
public sealed class BrokerReleases
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BrokerRelease.Before24, 10, 2, 18, 2)]
    [InlineData(BrokerRelease.From24, 10, 3, 47, 0)]
    [InlineData(BrokerRelease.From30, 10, 4, 47, 0)]
    public async Task Follow_from_the_requests_that_it_knows(BrokerRelease expected, params int[] keysAndHighest)
    {
        using var broker = new TcpListener(IPAddress.Loopback, 0);
        broker.Start();
        var answering = AnswerAsync(broker, [.. keysAndHighest.Chunk(2).Select(k => ((short)k[0], (short)k[1]))]);
        using var kafka = new KafkaAdministration(new(new()));
        Assert.Equal(expected, await kafka.ReleaseAsync(new(1, "127.0.0.1", ((IPEndPoint)broker.LocalEndpoint).Port), Cancellation));
        await answering;
    }

    [Fact]
    public async Task Are_not_asked_for_where_connections_are_encrypted()
    {
        using var kafka = new KafkaAdministration(new(new() { Client = new Dictionary<string, string>(StringComparer.Ordinal) { ["security.protocol"] = "ssl" } }));
        Assert.Null(await kafka.ReleaseAsync(new(1, "127.0.0.1", 1), Cancellation));
    }

    [Fact]
    public async Task Fail_where_nobody_listens()
    {
        using var kafka = new KafkaAdministration(new(new()));
        await Assert.ThrowsAsync<IOException>(() => kafka.ReleaseAsync(new(1, "127.0.0.1", 1), Cancellation));
    }

    /// <summary>One answer to ApiVersions, version 0: the error, then key, lowest and highest version of each request.</summary>
    private static async Task AnswerAsync(TcpListener broker, (short Key, short Highest)[] known)
    {
        using var connection = await broker.AcceptTcpClientAsync(Cancellation);
        var stream = connection.GetStream();
        var size = new byte[4];
        await stream.ReadExactlyAsync(size, Cancellation);
        var request = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
        await stream.ReadExactlyAsync(request, Cancellation);
        Assert.Equal(18, BinaryPrimitives.ReadInt16BigEndian(request));
        using var answer = new MemoryStream();
        void Write(int value, int bytes)
        {
            for (var shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
                answer.WriteByte((byte)(value >> shift));
        }
        Write(4 + 2 + 4 + (known.Length * 6), 4);
        answer.Write(request, 4, 4); // its correlation id
        Write(0, 2);
        Write(known.Length, 4);
        foreach (var (key, highest) in known)
        {
            Write(key, 2);
            Write(0, 2);
            Write(highest, 2);
        }
        await stream.WriteAsync(answer.ToArray(), Cancellation);
    }
}
