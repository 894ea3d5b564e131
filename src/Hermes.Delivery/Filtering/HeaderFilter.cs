namespace Hermes.Delivery.Filtering;

/// <summary>Filter <c>header</c>: an entry of the external metadata matches a pattern; an absent one does not.</summary>
internal sealed class HeaderFilter(string header, Matcher matcher) : IMessageFilter
{
    public string Type => "header";

    public bool Passes(Message message)
    {
        foreach (var (name, value) in message.ExternalMetadata)
            if (string.Equals(name, header, StringComparison.Ordinal))
                return matcher.Matches(value);
        return false;
    }
}
