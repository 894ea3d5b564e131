namespace Hermes.Delivery.Filtering;

/// <summary>Filter <c>jsonpath</c>: the values at a path of the body match a pattern, all of them or any; no value does not pass.</summary>
internal sealed class JsonPathFilter(JsonSelector selector, Matcher matcher, bool any) : IMessageFilter
{
    public string Type => "jsonpath";

    public bool Passes(Message message) => matcher.Matches(selector.Select(message.Body), any);
}
