using System.Collections;
using System.Reflection;
using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Tests.Protocol;

/// <summary>Fills messages with random values, leaving those fields at their default that a version cannot carry.</summary>
internal sealed class RandomMessage(Random random)
{
    private readonly HashSet<string> _leftOut = [];

    /// <summary>A message that can be written in a version, and its bytes.</summary>
    public byte[] Bytes(MessageCodec codec, short version)
    {
        while (true)
        {
            var message = (IMessage)Fill(codec.Type, depth: 0);
            try
            {
                return MessageCodec.Write(message, version);
            }
            catch (InvalidOperationException e) when (e.Message.StartsWith("The field ", StringComparison.Ordinal))
            {
                // The codec names the field that this version does not have.
                Assert.True(_leftOut.Add(e.Message.Split(' ')[2]), e.Message);
            }
        }
    }

    private object Fill(Type type, int depth)
    {
        if (type.GetConstructor(Type.EmptyTypes) is null)
            return FillRecord(type, depth);
        var message = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.CanWrite && !_leftOut.Contains(property.Name))
                property.SetValue(message, Value(property.PropertyType, depth));
        }

        return message;
    }

    private object FillRecord(Type type, int depth)
    {
        var constructor = type.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).First();
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Value(parameter.ParameterType, depth))]);
    }

    private object? Value(Type type, int depth)
    {
        if (type == typeof(bool))
            return random.Next(2) == 1;
        if (type == typeof(sbyte))
            return (sbyte)random.Next(sbyte.MinValue, sbyte.MaxValue);
        if (type == typeof(short))
            return (short)random.Next(short.MinValue, short.MaxValue);
        if (type == typeof(KafkaError))
            return (KafkaError)random.Next(-1, 100);
        if (type == typeof(int))
            return random.Next(int.MinValue, int.MaxValue);
        if (type == typeof(long))
            return random.NextInt64(long.MinValue, long.MaxValue);
        if (type == typeof(Guid))
            return new Guid(Bytes(16));
        if (type == typeof(string))
            return string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => "aZ9.-ß漢"[random.Next(7)]));
        if (type == typeof(byte[]))
            return Bytes(random.Next(200));
        if (type == typeof(ReadOnlyMemory<byte>) || type == typeof(ReadOnlyMemory<byte>?))
            return new ReadOnlyMemory<byte>(Bytes(random.Next(2) == 0 ? random.Next(100) : random.Next(5000)));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
        {
            var list = (IList)Activator.CreateInstance(type)!;
            for (var i = depth > 3 ? 0 : random.Next(4); i > 0; i--)
                list.Add(Value(type.GetGenericArguments()[0], depth + 1));
            return list;
        }

        return Fill(type, depth + 1);
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
