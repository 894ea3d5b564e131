namespace Hermes.Delivery.Filtering;

/// <summary>Filter <c>jsonpath</c>: the values at a path of the body match a pattern, all of them or any; no value does not pass.</summary>
internal sealed class JsonPathFilter(JsonSelector selector, Matcher matcher, bool any) : IMessageFilter
{
    public bool Passes(Message message)
    {
        var values = selector.Select(message.Body);
        var passed = false;
        foreach (var value in values)
        {
            var matches = matcher.Matches(value ?? "null");
            if (any && matches) return true;
            if (!any && !matches) return false;
            passed = matches;
        }

        return passed;
    }
}
