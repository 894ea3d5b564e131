using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Hermes.KafkaEmulator.Network;

/// <summary>Sends many stretches of memory with few system calls and no copy.</summary>
internal static class GatheringSend
{
    // Far below the kernel's limit of 1024 stretches a call.
    private const int MostSegments = 64;

    public static async ValueTask SendAsync(Socket socket, IEnumerable<ReadOnlyMemory<byte>> message, CancellationToken cancellationToken)
    {
        // The list form of SendAsync takes no token: closing the socket is what ends it.
        await using var closing = cancellationToken.UnsafeRegister(static closed => ((Socket)closed!).Dispose(), socket);
        var batch = new List<ArraySegment<byte>>();
        foreach (var memory in message)
        {
            batch.Add(MemoryMarshal.TryGetArray(memory, out var segment) ? segment : new ArraySegment<byte>(memory.ToArray()));
            if (batch.Count == MostSegments)
                await DrainAsync(socket, batch);
        }

        await DrainAsync(socket, batch);
    }

    private static async ValueTask DrainAsync(Socket socket, List<ArraySegment<byte>> batch)
    {
        while (batch.Count > 0)
        {
            var sent = batch.Count == 1 ? await socket.SendAsync(batch[0], SocketFlags.None) : await socket.SendAsync(batch, SocketFlags.None);
            var whole = 0;
            while (whole < batch.Count && sent >= batch[whole].Count)
                sent -= batch[whole++].Count;
            batch.RemoveRange(0, whole);
            if (sent > 0)
                batch[0] = batch[0][sent..];
        }
    }
}
