namespace Hermes.ZooKeeper;

/// <summary>One operation of a multi.</summary>
public abstract record Operation
{
    private Operation(string path) => Path = path;

    /// <summary>The node it is about.</summary>
    public string Path { get; }

    /// <summary>Creates a node.</summary>
    public static Operation Create(string path, ReadOnlyMemory<byte> data, CreateOptions options) => new CreateNode(path, data, options);

    /// <summary>Deletes a node at a version.</summary>
    public static Operation Delete(string path, int version) => new DeleteNode(path, version);

    /// <summary>Writes a node's data at a version.</summary>
    public static Operation Set(string path, ReadOnlyMemory<byte> data, int version) => new SetData(path, data, version);

    /// <summary>Demands that a node exists and has this version; <see cref="NodeVersion.Any"/>: that it exists.</summary>
    public static Operation Check(string path, int version) => new CheckVersion(path, version);

    /// <summary>See <see cref="Create"/>.</summary>
    public sealed record CreateNode : Operation
    {
        internal CreateNode(string path, ReadOnlyMemory<byte> data, CreateOptions options) : base(path) => (Data, Options) = (data, options);

        /// <summary>The new node's data.</summary>
        public ReadOnlyMemory<byte> Data { get; }

        /// <summary>How it lives.</summary>
        public CreateOptions Options { get; }
    }

    /// <summary>See <see cref="Delete"/>.</summary>
    public sealed record DeleteNode : Operation
    {
        internal DeleteNode(string path, int version) : base(path) => Version = version;

        /// <summary>The version it must have.</summary>
        public int Version { get; }
    }

    /// <summary>See <see cref="Set"/>.</summary>
    public sealed record SetData : Operation
    {
        internal SetData(string path, ReadOnlyMemory<byte> data, int version) : base(path) => (Data, Version) = (data, version);

        /// <summary>The data to write.</summary>
        public ReadOnlyMemory<byte> Data { get; }

        /// <summary>The version it must have.</summary>
        public int Version { get; }
    }

    /// <summary>See <see cref="Check"/>.</summary>
    public sealed record CheckVersion : Operation
    {
        internal CheckVersion(string path, int version) : base(path) => Version = version;

        /// <summary>The version it must have.</summary>
        public int Version { get; }
    }
}

/// <summary>What a multi did.</summary>
/// <param name="Zxid">Its transaction id: the created and modified zxid of all that it wrote.</param>
/// <param name="Results">One for each operation, in their order.</param>
public sealed record MultiResult(long Zxid, IReadOnlyList<OperationResult> Results);

/// <summary>What one operation of a multi gave.</summary>
/// <param name="Path">For a create: the path as the server named it; else <see langword="null"/>.</param>
/// <param name="Stat">For a write: the stat after it, where the server sends one (3.8.0 sends none for plain creates).</param>
public readonly record struct OperationResult(string? Path, NodeStat? Stat);
