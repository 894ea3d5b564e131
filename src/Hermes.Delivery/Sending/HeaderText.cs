using System.Buffers;

namespace Hermes.Delivery.Sending;

/// <summary>What may stand in a header.</summary>
internal static class HeaderText
{
    private static readonly SearchValues<char> NameLetters =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    /// <summary>A token of RFC 9110.</summary>
    public static bool IsName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(NameLetters);

    /// <summary>Publishers write values: none may end its header and begin another.</summary>
    public static bool IsValue(string value) => !value.AsSpan().ContainsAny('\r', '\n', '\0');
}
