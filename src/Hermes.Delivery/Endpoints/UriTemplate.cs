using System.Text;
using Hermes.Delivery.Filtering;

namespace Hermes.Delivery.Endpoints;

/// <summary>An address with places, such as <c>http://host/{user.id}</c>, each filled from the JSON body by the path in it.</summary>
internal sealed class UriTemplate
{
    private readonly string[] _texts;
    private readonly JsonSelector[] _places;

    private UriTemplate(string[] texts, JsonSelector[] places)
    {
        _texts = texts;
        _places = places;
    }

    /// <summary>Reads a template; null when the text has no complete place in it.</summary>
    public static UriTemplate? TryParse(string text)
    {
        var texts = new List<string>();
        var places = new List<JsonSelector>();
        var from = 0;
        while (text.IndexOf('{', from) is var open and >= 0)
        {
            var close = text.IndexOf('}', open);
            if (close <= open + 1) break;
            texts.Add(text[from..open]);
            places.Add(JsonSelector.Parse("$." + text[(open + 1)..close]));
            from = close + 1;
        }

        if (places.Count == 0) return null;
        texts.Add(text[from..]);
        return new UriTemplate([.. texts], [.. places]);
    }

    /// <summary>The address for one body; null when a place has no single plain value in it or the result is no address.</summary>
    /// <remarks>Values are escaped, so that none of them reaches beyond its place; dots alone, which would climb the path, are no value.</remarks>
    public Uri? Resolve(ReadOnlyMemory<byte> body)
    {
        var address = new StringBuilder(_texts[0]);
        for (var i = 0; i < _places.Length; i++)
        {
            if (_places[i].Select(body) is not [{ } value] || value is "" or "." or "..") return null;
            address.Append(Uri.EscapeDataString(value)).Append(_texts[i + 1]);
        }

        return Uri.TryCreate(address.ToString(), UriKind.Absolute, out var whole) ? whole : null;
    }
}
