using System.Buffers;

namespace Hermes.ZooKeeper;

/// <summary>The rules of node paths, checked before anything is sent: the server lets some bad ones pass.</summary>
internal static class NodePath
{
    private static readonly SearchValues<char> Refused = SearchValues.Create(
        [.. Range(0, 0x1F), .. Range(0x7F, 0x9F), .. Range(0xD800, 0xF8FF), .. Range(0xFFF0, 0xFFFF)]);

    /// <summary>Checks a path; for a sequential create it may end with a slash, as the server adds a number.</summary>
    /// <exception cref="ArgumentException">Names the path and the rule.</exception>
    public static void Validate(string path, bool sequential = false)
    {
        if (Fault(sequential ? path + "1" : path) is { } fault)
            throw new ArgumentException($"A node's path {fault}, but is '{path}'.", nameof(path));
    }

    /// <summary>The parent's path; of the root, <see langword="null"/>.</summary>
    public static string? Parent(string path)
    {
        if (path.Length == 1)
            return null;
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    private static string? Fault(string? path)
    {
        if (string.IsNullOrEmpty(path) || path[0] != '/')
            return "must begin with '/'";
        if (path.Length == 1)
            return null;
        if (path[^1] == '/')
            return "must not end with '/'";
        if (path.AsSpan().IndexOfAny(Refused) is var at and >= 0)
            return $"must not contain U+{(int)path[at]:X4} (at {at})";
        if (path.Contains("//", StringComparison.Ordinal))
            return "must not have an empty element";
        return HasDots(path) ? "must not have an element '.' or '..'" : null;
    }

    private static bool HasDots(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal))
            return false;
        foreach (var element in path.AsSpan(1).Split('/'))
        {
            if (path.AsSpan(1)[element] is "." or "..")
                return true;
        }
        return false;
    }

    private static IEnumerable<char> Range(int first, int last) => Enumerable.Range(first, last - first + 1).Select(c => (char)c);
}
