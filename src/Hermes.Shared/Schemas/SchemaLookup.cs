namespace Hermes.Shared.Schemas;

/// <summary>Where the search for a schema stands; shared by all that want it, and looked at again by them until it is known.</summary>
public sealed class SchemaLookup
{
    private volatile CompiledSchema? _schema;
    private volatile string? _reason;
    private volatile bool _isAbsent;
    private long _answers;

    internal SchemaLookup(SchemaReference reference) => Reference = reference;

    /// <summary>Which schema.</summary>
    public SchemaReference Reference { get; }

    /// <summary>The schema, once it is known; it stays so.</summary>
    public CompiledSchema? Schema => _schema;

    /// <summary>Whether the registry has answered, at its last question, that there is no such schema.</summary>
    public bool IsAbsent => _isAbsent;

    /// <summary>How many questions have ended, in whatever way.</summary>
    public long Answers => Interlocked.Read(ref _answers);

    /// <summary>Why it is not known, for people.</summary>
    public string Reason => _reason ?? "The registry has not answered yet";

    internal bool IsAsked { get; set; }

    internal int Failures { get; set; }

    internal long NotBefore { get; set; }

    internal long UsedAt { get; set; }

    internal void Found(CompiledSchema schema)
    {
        _schema = schema;
        Interlocked.Increment(ref _answers);
    }

    internal void NotFound(string reason, bool isAbsent)
    {
        (_reason, _isAbsent) = (reason, isAbsent);
        Interlocked.Increment(ref _answers);
    }
}
