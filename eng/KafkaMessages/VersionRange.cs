namespace KafkaMessages;

/// <summary>The versions a schema gives: <c>none</c>, <c>3</c>, <c>3-5</c> or <c>3+</c>.</summary>
internal readonly record struct VersionRange(int Lowest, int Highest)
{
    private const int Open = short.MaxValue;

    public static readonly VersionRange None = new(0, -1);

    public bool IsEmpty => Highest < Lowest;

    public static VersionRange Parse(string? text)
    {
        if (text is null or "none")
            return None;
        if (text.EndsWith('+'))
            return new(int.Parse(text[..^1]), Open);
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? new(int.Parse(text), int.Parse(text)) : new(int.Parse(text[..dash]), int.Parse(text[(dash + 1)..]));
    }

    public VersionRange Intersect(VersionRange other)
    {
        var both = new VersionRange(Math.Max(Lowest, other.Lowest), Math.Min(Highest, other.Highest));
        return both.IsEmpty ? None : both;
    }

    public bool Covers(VersionRange other) => other.IsEmpty || (Lowest <= other.Lowest && other.Highest <= Highest);

    /// <summary>The C# condition that tells whether <c>version</c>, known to be in <paramref name="known"/>, is in this range.</summary>
    public string Condition(VersionRange known)
    {
        if (Intersect(known).IsEmpty)
            return "false";
        if (Covers(known))
            return "true";
        if (Lowest == Highest)
            return $"version == {Lowest}";
        if (Highest >= known.Highest)
            return $"version >= {Lowest}";
        return Lowest <= known.Lowest ? $"version <= {Highest}" : $"version is >= {Lowest} and <= {Highest}";
    }

    public override string ToString() => IsEmpty ? "none" : Highest == Open ? $"{Lowest}+" : Lowest == Highest ? $"{Lowest}" : $"{Lowest}-{Highest}";
}
