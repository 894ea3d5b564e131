using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Hermes.Shared.Kafka.Native;

/// <summary>The librdkafka that Confluent.Kafka has loaded, for those of its functions that Confluent.Kafka does not offer.</summary>
public static class LoadedLibrary
{
    /// <summary>The name by which functions are imported from it.</summary>
    public const string Name = "librdkafka";

    // The names under which Confluent.Kafka ships it for the C libraries of Linux.
    private static readonly string[] Builds = [Name, "alpine-librdkafka", "centos8-librdkafka"];

    private static readonly PropertyInfo HandleProperty =
        typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingMemberException(nameof(Handle), "LibrdkafkaHandle");

    /// <summary>Lets the imports of an assembly find it; once for each.</summary>
    public static void ResolveFor(Assembly assembly) => NativeLibrary.SetDllImportResolver(assembly, (name, _, _) =>
    {
        if (name != Name)
            return IntPtr.Zero;
        foreach (var build in Builds)
        {
            if (NativeLibrary.TryLoad(build, typeof(Handle).Assembly, null, out var loaded))
                return loaded;
        }
        return IntPtr.Zero;
    });

    /// <summary>The native handle of a client, counted while in use; an internal property in Confluent.Kafka.</summary>
    public static SafeHandle HandleOf(IClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return (SafeHandle)HandleProperty.GetValue(client.Handle)!;
    }
}
